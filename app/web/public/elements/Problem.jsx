// Below an error: the code and the number that the help desk asks for.
import { useState } from 'react';
import { Copy } from 'lucide-react';

export default function Problem() {
  const { code, trace, labels } = props;
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await window.deskmate.copy([code, trace].filter(Boolean).join(' '));
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  return (
    <p className="dm-problem">
      {code ? <span>{labels.code} <code>{code}</code></span> : null}
      {trace ? <span>{labels.trace} <code>{trace}</code></span> : null}
      <button type="button" className="dm-button dm-button-small" onClick={copy}>
        <Copy size={13} aria-hidden="true" /> {copied ? labels.copied : labels.copy}
      </button>
    </p>
  );
}

// A passage of the bank's knowledge in the side panel, the quoted sentence marked.
import { Markdown } from '@/components/markdown';
import { ExternalLink } from 'lucide-react';

export default function Passage() {
  const { title, locator, dated, note, text, quote, url, labels } = props;
  const at = quote ? text.indexOf(quote) : -1;
  return (
    <article className="dm-passage">
      <h2>{title}</h2>
      <p className="dm-passage-place">
        <span>{locator}</span>
        {dated ? <span>{labels.dated} {dated}</span> : null}
      </p>
      {note ? <p className="dm-passage-note" role="note">{note}</p> : null}
      {text.includes('\n|') ? (
        <div className="dm-passage-text dm-passage-table">
          <Markdown>{at < 0 ? text : text.slice(0, at)}</Markdown>
          {at < 0 ? null : <div className="dm-passage-quoted"><Markdown>{quote}</Markdown></div>}
          {at < 0 ? null : <Markdown>{text.slice(at + quote.length)}</Markdown>}
        </div>
      ) : (
        <div className="dm-passage-text">
          {at < 0 ? text : <>{text.slice(0, at)}<mark>{quote}</mark>{text.slice(at + quote.length)}</>}
        </div>
      )}
      {url ? (
        <a className="dm-passage-link" href={url} target="_blank" rel="noopener noreferrer">
          <ExternalLink size={15} aria-hidden="true" /> {labels.open}
        </a>
      ) : null}
    </article>
  );
}

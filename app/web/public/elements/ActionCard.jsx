// What will happen, with every value, until a person decides; then the receipt. It never looks like a message.
import { useEffect, useState } from 'react';
import { Markdown } from '@/components/markdown';
import { Check, Pencil, ShieldCheck, TriangleAlert, X } from 'lucide-react';

const clock = (seconds) => {
  const days = Math.floor(seconds / 86400);
  const parts = [Math.floor((seconds % 86400) / 3600), Math.floor((seconds % 3600) / 60), seconds % 60];
  const time = parts.map((part) => String(part).padStart(2, '0')).join(':');
  return days ? `${days}d ${time}` : time;
};
const moment = (iso) =>
  new Date(iso).toLocaleString(navigator.language, { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });

export default function ActionCard() {
  const { labels } = props;
  const [now, setNow] = useState(Date.now());
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState('');
  const waiting = props.state === 'proposed';
  const left = Math.max(0, Math.floor((new Date(props.expires_at) - now) / 1000));
  const state = waiting && left === 0 ? 'expired' : props.state;
  const over = state !== 'proposed';

  useEffect(() => {
    if (!waiting) return undefined;
    const ticking = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(ticking);
  }, [waiting]);

  const decide = async (yes) => {
    setBusy(true);
    setProblem('');
    try {
      const payload = { id: props.id, digest: props.digest, yes, for: props.for_id, sentence: props.sentence };
      const { response } = await callAction({ name: 'decide', payload });
      if (response?.error) setProblem(response.error);
    } finally {
      setBusy(false);
    }
  };

  return (
    <section className={`dm-action dm-action-${state}`} aria-label={over ? labels.receipt : labels.title}>
      <header>
        {over ? null : <ShieldCheck size={18} aria-hidden="true" />}
        {state === 'executed' ? <Check size={18} aria-hidden="true" /> : null}
        {['rejected', 'expired'].includes(state) ? <X size={18} aria-hidden="true" /> : null}
        {state === 'failed' ? <TriangleAlert size={18} aria-hidden="true" /> : null}
        <strong>{over ? `${labels.receipt} · ${labels[`state_${state}`]}` : labels.title}</strong>
        <code title={props.digest}>{labels.number} {props.id}</code>
      </header>
      <p className="dm-action-summary">{props.summary}</p>
      <dl>
        {props.arguments.map((one) => (
          <div key={one.name}><dt>{one.name}</dt><dd>{one.value}</dd></div>
        ))}
        <div><dt>{labels.proposed_by}</dt><dd>{props.proposed_by}</dd></div>
        {props.approvals.map((one) => (
          <div key={one.by + one.at}><dt>{labels.approvals}</dt><dd>{one.by} · {moment(one.at)}</dd></div>
        ))}
        {over ? null : (
          <div>
            <dt>{labels.expires}</dt>
            <dd>{moment(props.expires_at)}<span className={left < 60 ? 'dm-left dm-left-short' : 'dm-left'} role="timer">{labels.remaining} {clock(left)}</span></dd>
          </div>
        )}
      </dl>
      {over && props.outcome ? <div className="dm-action-outcome"><Markdown>{props.outcome}</Markdown></div> : null}
      {problem ? <p className="dm-action-problem" role="alert">{problem}</p> : null}
      {over ? null : (
        <footer>
          <button type="button" className="dm-button dm-button-yes" disabled={busy} onClick={() => decide(true)}><Check size={16} aria-hidden="true" /> {labels.confirm}</button>
          <button type="button" className="dm-button" disabled={busy} onClick={() => window.deskmate.compose(props.sentence)}><Pencil size={15} aria-hidden="true" /> {labels.edit}</button>
          <button type="button" className="dm-button dm-button-no" disabled={busy} onClick={() => decide(false)}><X size={16} aria-hidden="true" /> {labels.reject}</button>
        </footer>
      )}
    </section>
  );
}

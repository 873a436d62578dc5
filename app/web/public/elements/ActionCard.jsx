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
  // What somebody else decides arrives as a message of the page to itself: every card of that action follows.
  const [later, setLater] = useState(null);
  const card = later ?? props;
  const { labels } = card;
  const [now, setNow] = useState(Date.now());
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState('');
  const waiting = card.state === 'proposed';
  const left = Math.max(0, Math.floor((new Date(card.expires_at) - now) / 1000));
  const state = waiting && left === 0 ? 'expired' : card.state;
  const over = state !== 'proposed';

  useEffect(() => {
    if (!waiting) return undefined;
    const ticking = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(ticking);
  }, [waiting]);

  useEffect(() => {
    const follow = ({ source, data }) => {
      if (source === window && data?.action?.id === props.id) setLater({ ...data.action, for_id: props.for_id, sentence: props.sentence });
    };
    window.addEventListener('message', follow);
    return () => window.removeEventListener('message', follow);
  }, []);
  useEffect(() => setLater(null), [props.state, props.approvals.length]);

  const title = card.may ? (card.mine ? labels.title : labels.title_approve) : labels.title_waiting;
  const decide = async (yes) => {
    setBusy(true);
    setProblem('');
    try {
      const payload = { id: card.id, digest: card.digest, yes, for: card.for_id, sentence: card.sentence };
      const { response } = await callAction({ name: 'decide', payload });
      if (response?.error) setProblem(response.error);
    } finally {
      setBusy(false);
    }
  };

  return (
    <section className={`dm-action dm-action-${state}`} aria-label={over ? labels.receipt : title}>
      <header>
        {over ? null : <ShieldCheck size={18} aria-hidden="true" />}
        {state === 'executed' ? <Check size={18} aria-hidden="true" /> : null}
        {['rejected', 'expired'].includes(state) ? <X size={18} aria-hidden="true" /> : null}
        {state === 'failed' ? <TriangleAlert size={18} aria-hidden="true" /> : null}
        <strong>{over ? `${labels.receipt} · ${labels[`state_${state}`]}` : title}</strong>
        <code title={card.digest}>{labels.number} {card.id}</code>
      </header>
      <p className="dm-action-summary">{card.summary}</p>
      <dl>
        {card.arguments.map((one) => (
          <div key={one.name}><dt>{one.name}</dt><dd>{one.value}</dd></div>
        ))}
        {card.amount ? <div><dt>{labels.amount}</dt><dd>{card.amount}</dd></div> : null}
        <div><dt>{labels.proposed_by}</dt><dd>{card.proposed_by}</dd></div>
        {card.approvals.map((one) => (
          <div key={one.by + one.at}><dt>{labels.approvals}</dt><dd>{one.by} · {moment(one.at)}</dd></div>
        ))}
        {over || !card.needed ? null : <div><dt>{labels.needed}</dt><dd>{card.needed}</dd></div>}
        {over ? null : (
          <div>
            <dt>{labels.expires}</dt>
            <dd>{moment(card.expires_at)}<span className={left < 60 ? 'dm-left dm-left-short' : 'dm-left'} role="timer">{labels.remaining} {clock(left)}</span></dd>
          </div>
        )}
      </dl>
      {over && card.outcome ? <div className="dm-action-outcome"><Markdown>{card.outcome}</Markdown></div> : null}
      {problem ? <p className="dm-action-problem" role="alert">{problem}</p> : null}
      {over || !(card.may || card.mine) ? null : (
        <footer>
          {card.may ? <button type="button" className="dm-button dm-button-yes" disabled={busy} onClick={() => decide(true)}><Check size={16} aria-hidden="true" /> {labels.confirm}</button> : null}
          {card.mine && card.sentence ? <button type="button" className="dm-button" disabled={busy} onClick={() => window.deskmate.compose(card.sentence)}><Pencil size={15} aria-hidden="true" /> {labels.edit}</button> : null}
          <button type="button" className="dm-button dm-button-no" disabled={busy} onClick={() => decide(false)}><X size={16} aria-hidden="true" /> {card.may ? labels.reject : labels.withdraw}</button>
        </footer>
      )}
    </section>
  );
}

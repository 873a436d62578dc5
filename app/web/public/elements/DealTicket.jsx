// The deal of a room, beside its talk: elements with who said each, checks, price, steps, confirmations.
// It only shows. An element that is changed here is said in the room, as a sentence of the person who changes it.
import { useEffect, useRef, useState } from 'react';
import { Check, Clock, Pencil, TriangleAlert, X } from 'lucide-react';

const clock = (seconds) => `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`;
const moment = (iso) => {
  const at = new Date(iso);
  const time = { hour: '2-digit', minute: '2-digit', hour12: false };
  const today = at.toDateString() === new Date().toDateString();
  return at.toLocaleString(navigator.language, today ? time : { month: '2-digit', day: '2-digit', ...time });
};
const OUTCOMES = { passed: Check, soft: TriangleAlert, hard: X };

/** Bring the message in which something was said before the person's eyes. */
const look = (turn) => {
  const message = document.getElementById(`step-${turn}`);
  if (!message) return;
  message.scrollIntoView({ behavior: 'smooth', block: 'center' });
  message.classList.add('dm-looked-at');
  setTimeout(() => message.classList.remove('dm-looked-at'), 2200);
};

function Steps({ steps, labels }) {
  return (
    <ol className="dm-steps" aria-label={labels.steps}>
      {steps.map((one) => (
        <li key={one.label} className={`dm-step-${one.status}`} aria-current={one.status === 'now' ? 'step' : undefined}>
          <i aria-hidden="true">{one.status === 'done' ? '✓' : ''}</i>
          <span>{one.label}</span>
          {one.status === 'todo' ? null : <span className="sr-only">{labels[one.status]}</span>}
        </li>
      ))}
    </ol>
  );
}

function Quote({ quote, labels }) {
  const [now, setNow] = useState(Date.now());
  const left = Math.max(0, Math.ceil((new Date(quote.until) - now) / 1000));
  const whole = Math.max(1, (new Date(quote.until) - new Date(quote.at)) / 1000);
  const running = quote.holds && left > 0;
  useEffect(() => {
    if (!running) return undefined;
    const ticking = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(ticking);
  }, [running, quote.until]);
  return (
    <section className={running ? 'dm-price dm-price-holds' : 'dm-price'} aria-label={labels.price}>
      <p><span>{quote.label || labels.price}</span><b>{quote.price}</b></p>
      <small>{quote.mid} · {quote.by}</small>
      {running ? (
        <div className={left < 15 ? 'dm-price-left dm-left-short' : 'dm-price-left'} role="timer">
          <Clock size={14} aria-hidden="true" /> {labels.left} <b>{clock(left)}</b>
          <i aria-hidden="true"><u style={{ width: `${Math.min(100, (left / whole) * 100)}%` }} /></i>
        </div>
      ) : null}
      {quote.holds && left === 0 ? <p className="dm-price-over" role="status">{labels.expired}</p> : null}
    </section>
  );
}

function Edit({ one, labels, send, close }) {
  const [text, setText] = useState(one.typed);
  const field = useRef(null);
  useEffect(() => { field.current?.focus(); field.current?.select?.(); }, []);
  const submit = (event) => {
    event.preventDefault();
    if (text.trim() && text.trim() !== one.typed) send(one.sentence.replace('{value}', text.trim()));
    close();
  };
  const keys = (event) => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    close();
  };
  return (
    <form className="dm-edit" onSubmit={submit} onKeyDown={keys}>
      {one.options.length ? (
        <select ref={field} aria-label={one.label} value={text} onChange={(event) => setText(event.target.value)}>
          {one.options.includes(text) ? null : <option value={text}>—</option>}
          {one.options.map((option) => <option key={option} value={option}>{option}</option>)}
        </select>
      ) : (
        <input ref={field} type="text" aria-label={one.label} value={text} maxLength={120} autoComplete="off" onChange={(event) => setText(event.target.value)} />
      )}
      <button type="submit" className="dm-button dm-button-small dm-button-yes">{labels.send}</button>
      <button type="button" className="dm-button dm-button-small" onClick={close}>{labels.cancel}</button>
      <small>{labels.hint}</small>
    </form>
  );
}

function Element({ one, labels, editable, editing, edit, send }) {
  const button = useRef(null);
  const was = useRef(false);
  useEffect(() => {
    if (was.current && !editing) button.current?.focus();
    was.current = editing;
  }, [editing]);
  const shown = one.value || (one.missing ? labels.missing : '—');
  const changeable = editable && one.sentence;
  return (
    <div className={one.missing ? 'dm-element dm-element-missing' : 'dm-element'}>
      <dt>{one.label}</dt>
      <dd>
        {editing ? <Edit one={one} labels={labels} send={send} close={() => edit('')} /> : null}
        {!editing && changeable ? (
          <button ref={button} type="button" className="dm-element-value" aria-label={`${one.label}：${shown}，${labels.edit}`} onClick={() => edit(one.name)}>
            <span>{shown}</span><Pencil size={13} aria-hidden="true" />
          </button>
        ) : null}
        {!editing && !changeable ? <span className="dm-element-value">{shown}</span> : null}
        {one.by && !editing ? (
          one.turn ? (
            <button type="button" className="dm-element-by" title={labels.said} onClick={() => look(one.turn)}>{one.by} · {moment(one.at)}</button>
          ) : <span className="dm-element-by">{one.by} · {moment(one.at)}</span>
        ) : null}
      </dd>
    </div>
  );
}

export default function DealTicket() {
  const [later, setLater] = useState(null);
  const [editing, setEditing] = useState('');
  const deal = later ?? props;
  const { labels } = deal;

  useEffect(() => {
    const follow = ({ source, data }) => {
      if (source === window && data?.panel?.room === props.room && data.panel.assistant === props.assistant) setLater(data.panel);
    };
    window.addEventListener('message', follow);
    return () => window.removeEventListener('message', follow);
  }, []);

  const now = deal.steps.find((one) => one.status === 'now') ?? deal.steps.filter((one) => one.status === 'done').at(-1);
  return (
    <article className="dm-ticket">
      <header>
        <code>{deal.number}</code>
        <strong className={deal.over ? 'dm-state dm-state-over' : `dm-state dm-state-${deal.state}`}>{deal.over || now?.label}</strong>
        {deal.reverses ? <small>{deal.reverses}</small> : null}
        {deal.over && deal.reason ? <small>{deal.reason}</small> : null}
      </header>
      <Steps steps={deal.steps} labels={labels} />
      {deal.doubts.length ? (
        <section className="dm-doubts" aria-label={labels.doubts}>
          <b><TriangleAlert size={15} aria-hidden="true" /> {labels.doubts}</b>
          <ul>{deal.doubts.map((one) => <li key={one}>{one}</li>)}</ul>
        </section>
      ) : null}
      {deal.quote ? <Quote quote={deal.quote} labels={labels} /> : null}
      <section aria-label={labels.elements}>
        <h3>{labels.elements}</h3>
        <dl>
          {deal.elements.map((one) => (
            <Element key={one.name} one={one} labels={labels} editable={deal.editable} editing={editing === one.name} edit={setEditing} send={sendUserMessage} />
          ))}
        </dl>
      </section>
      {deal.checks.length ? (
        <section aria-label={labels.checks}>
          <h3>{labels.checks}</h3>
          <ul className="dm-checks">
            {deal.checks.map((one) => {
              const Mark = OUTCOMES[one.outcome];
              return (
                <li key={one.label} className={`dm-check-${one.outcome}`}>
                  <Mark size={16} aria-hidden="true" />
                  <b>{one.label}<span className={one.outcome === 'passed' ? 'sr-only' : 'dm-check-word'}>{labels[one.outcome]}</span></b>
                  <span>{one.reason}</span>
                </li>
              );
            })}
          </ul>
        </section>
      ) : null}
      {deal.confirmations.length ? (
        <section aria-label={labels.confirmations}>
          <h3>{labels.confirmations}</h3>
          <ul className="dm-confirmations">
            {deal.confirmations.map((one) => (
              <li key={one.seat + one.by} className={one.by ? 'dm-given' : 'dm-waited-for'}>
                {one.by ? <Check size={16} aria-hidden="true" /> : <Clock size={15} aria-hidden="true" />}
                <b>{one.seat}</b>
                <span>{one.by ? `${one.by} · ${moment(one.at)}` : labels.waiting}</span>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
    </article>
  );
}

// The chips below an answer: number, short title, place. Hover or focus shows the quote, a click the passage.
import { HoverCard, HoverCardContent, HoverCardTrigger } from '@/components/ui/hover-card';
import { useRef, useState } from 'react';
import { toast } from 'sonner';
import { Markdown } from '@/components/markdown';

const shortened = (title) => (title.length > 18 ? `${title.slice(0, 17)}…` : title);

function Chip({ one, open }) {
  const [hovered, setHovered] = useState(false);
  const clicked = useRef(0);
  const click = () => {
    clicked.current = Date.now();
    setHovered(false);
    open(one);
  };
  // The click gives the chip the focus, which would show the quote again over the talk.
  const hover = (next) => setHovered(next && Date.now() - clicked.current > 600);
  return (
    <HoverCard open={hovered} onOpenChange={hover} openDelay={150} closeDelay={80}>
      <HoverCardTrigger asChild>
        <button type="button" className="dm-chip" onClick={click}
          aria-label={`[${one.n}] ${one.title} ${one.locator}：${one.quote}`}>
          <b>{one.n}</b>
          <span>{shortened(one.title)}</span>
          <em>{one.locator}</em>
        </button>
      </HoverCardTrigger>
      <HoverCardContent className="dm-quote" align="start">
        <p className="dm-quote-title">{one.title} · {one.locator}</p>
        <blockquote>{one.quote.includes('\n|') ? <Markdown>{one.quote}</Markdown> : one.quote}</blockquote>
      </HoverCardContent>
    </HoverCard>
  );
}

export default function Citations() {
  const open = async ({ source, locator, quote, url }) => {
    const { response } = await callAction({ name: 'passage', payload: { source, locator, quote, url } });
    if (response?.error) toast.error(response.error);
  };
  return (
    <div className="dm-citations" role="group" aria-label={props.label}>
      {props.items.map((one) => <Chip key={one.n} one={one} open={open} />)}
    </div>
  );
}

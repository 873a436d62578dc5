// What Chainlit's page does not have: the "@" menu, coloured mentions, who spoke and how, tidy figures.
// It adds attributes and elements of its own and never moves or removes what React has drawn.
(() => {
  'use strict';

  // What belongs to rooms of several people stands in files of its own.
  const own = document.currentScript?.src ?? '';
  document.head.append(
    Object.assign(document.createElement('script'), { src: own.replace('deskmate.js', 'deskmate_rooms.js'), defer: true }),
    ...['deskmate_rooms.css', 'deskmate_ticket.css'].map((name) => Object.assign(document.createElement('link'), { rel: 'stylesheet', href: own.replace('deskmate.js', name) })),
  );

  // The theme follows the system until the person chooses one.
  if (!localStorage.getItem('vite-ui-theme')) localStorage.setItem('vite-ui-theme', 'system');
  document.documentElement.lang = navigator.language || 'zh-CN';

  // --- who can be mentioned -------------------------------------------------------------------------

  let directory = { people: [], labels: {} };
  let asked = null;
  const learn = () => {
    asked ??= fetch('/mentions', { credentials: 'include' })
      .then((answer) => (answer.ok ? answer.json() : Promise.reject(answer.status)))
      .then((found) => { directory = found; dressAll(); })
      .catch(() => { asked = null; });
    return asked;
  };
  // Characters that may stand right before an "@" only in an e-mail address or the like.
  const MENTION = /(?<![A-Za-z0-9._%+-])@([^\s@，。！？、；：,!?;:]*)/gu;
  const called = (written) => {
    const said = written.toLocaleLowerCase();
    for (const person of directory.people) {
      const name = person.names.find((one) => said.startsWith(one.toLocaleLowerCase()));
      if (name && !(/[\w]$/.test(name) && /^[\w]/.test(said.slice(name.length)))) return name.length;
    }
    return 0;
  };

  // --- the composer ---------------------------------------------------------------------------------

  const composer = () => document.getElementById('chat-input');
  const write = (area, text, caret) => {
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value').set.call(area, text);
    area.dispatchEvent(new Event('input', { bubbles: true }));
    area.focus();
    area.setSelectionRange(caret, caret);
  };

  window.deskmate = {
    /** Put `text` into the composer, ready to be changed. */
    compose(text) {
      const area = composer();
      if (area) write(area, text, text.length);
    },
    /** Copy `text`; also where the page has no right to the clipboard (no HTTPS). */
    async copy(text) {
      try {
        await navigator.clipboard.writeText(text);
      } catch {
        const area = Object.assign(document.createElement('textarea'), { value: text });
        document.body.append(area);
        area.select();
        document.execCommand('copy');
        area.remove();
      }
    },
  };

  // --- the "@" menu ---------------------------------------------------------------------------------

  const menu = Object.assign(document.createElement('div'), { id: 'dm-mentions', hidden: true });
  menu.setAttribute('role', 'listbox');
  document.body.append(menu);
  let matches = [];
  let chosen = 0;
  let dismissed = -1; // where the "@" stands whose menu was closed with Esc

  /** The mention under the caret: where its "@" stands and what follows; null when there is none. */
  const asking = (area) => {
    if (!area || area.selectionStart !== area.selectionEnd) return null;
    const before = area.value.slice(0, area.selectionStart);
    const found = /(?<![A-Za-z0-9._%+-])@([^\s@]{0,20})$/u.exec(before);
    return found && { at: found.index, query: found[1].toLocaleLowerCase().replaceAll("'", '') };
  };
  const fits = (person, query) => {
    if (!query) return 0;
    const ranks = person.keys.map((key) => (key === query ? 0 : key.startsWith(query) ? 1 : key.includes(query) ? 2 : 9));
    return Math.min(...ranks);
  };
  const opened = () => !menu.hidden;
  const close = () => {
    menu.hidden = true;
    for (const name of ['aria-expanded', 'aria-activedescendant']) composer()?.removeAttribute(name);
  };

  const offer = async () => {
    const area = composer();
    const mention = asking(area);
    if (!mention || mention.at === dismissed) { if (!mention) dismissed = -1; close(); return; }
    await learn();
    const fresh = asking(area);
    if (!fresh) { close(); return; }
    matches = directory.people
      .map((person, order) => ({ person, order, rank: fits(person, fresh.query) }))
      .filter((one) => one.rank < 9)
      .sort((a, b) => a.rank - b.rank || a.order - b.order)
      .map((one) => one.person);
    // A finished mention that is followed by the sentence needs no menu; an unknown name gets one line only.
    if (fresh.query && !matches.length && called(fresh.query)) { close(); return; }
    chosen = 0;
    draw(area);
  };

  const draw = (area) => {
    menu.setAttribute('aria-label', directory.labels.menu_title ?? '');
    menu.replaceChildren(...(matches.length ? matches.map(row) : [none()]));
    menu.hidden = false;
    const frame = (document.getElementById('message-composer') ?? area).getBoundingClientRect();
    const width = Math.min(420, window.innerWidth - 24);
    menu.style.width = `${width}px`;
    menu.style.left = `${Math.max(12, Math.min(frame.left, window.innerWidth - width - 12))}px`;
    const height = menu.offsetHeight;
    menu.style.top = `${frame.top - height - 8 >= 8 ? frame.top - height - 8 : frame.bottom + 8}px`;
    area.setAttribute('aria-controls', menu.id);
    area.setAttribute('aria-expanded', 'true');
    mark(area);
  };
  const row = (person, index) => {
    const option = document.createElement('div');
    option.id = `dm-mention-${index}`;
    option.className = 'dm-mention';
    option.setAttribute('role', 'option');
    const face = Object.assign(document.createElement('img'), { src: person.face, alt: '' });
    const text = document.createElement('div');
    const head = document.createElement('p');
    const name = Object.assign(document.createElement('b'), { textContent: person.name });
    const alias = Object.assign(document.createElement('code'), { textContent: `@${person.insert}` });
    head.append(name, alias);
    text.append(head, Object.assign(document.createElement('small'), { textContent: person.brief }));
    option.append(face, text);
    option.addEventListener('mousemove', () => { if (chosen !== index) { chosen = index; mark(composer()); } });
    option.addEventListener('mousedown', (event) => { event.preventDefault(); take(index); });
    return option;
  };
  const none = () => Object.assign(document.createElement('p'), { className: 'dm-nobody', textContent: directory.labels.menu_empty ?? '' });
  const mark = (area) => {
    [...menu.children].forEach((child, index) => child.setAttribute('aria-selected', String(index === chosen)));
    menu.children[chosen]?.scrollIntoView({ block: 'nearest' });
    if (matches.length) area?.setAttribute('aria-activedescendant', `dm-mention-${chosen}`);
  };
  const take = (index) => {
    const area = composer();
    const mention = asking(area);
    if (!mention || !matches[index]) return;
    const inserted = `@${matches[index].insert} `;
    const rest = area.value.slice(area.selectionStart).replace(/^ /, '');
    close();
    write(area, area.value.slice(0, mention.at) + inserted + rest, mention.at + inserted.length);
  };

  // Before React sees the key. While an input method composes, every key is its own.
  document.addEventListener('keydown', (event) => {
    if (!opened() || event.target !== composer() || event.isComposing || event.keyCode === 229) return;
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps && matches.length) {
      chosen = (chosen + steps[event.key] + matches.length) % matches.length;
      mark(composer());
    } else if ((event.key === 'Enter' || event.key === 'Tab') && matches.length && !event.shiftKey) {
      take(chosen);
    } else if (event.key === 'Escape') {
      dismissed = asking(composer())?.at ?? -1;
      close();
    } else {
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
  document.addEventListener('input', (event) => {
    if (event.target !== composer()) return;
    offer();
    paint();
  });
  document.addEventListener('selectionchange', () => {
    if (document.activeElement === composer() && opened() && !asking(composer())) close();
  });
  document.addEventListener('focusin', (event) => { if (event.target === composer()) learn(); });
  document.addEventListener('focusout', (event) => { if (event.target === composer()) close(); });
  window.addEventListener('resize', close);

  // The server names the room of a new conversation; where no list of conversations is drawn nobody else sets it.
  window.addEventListener('message', ({ source, data }) => {
    if (source !== window || !data?.room || location.pathname !== '/') return;
    if (!document.getElementById('thread-history')) history.replaceState(history.state, '', `/thread/${data.room}`);
  });

  // --- mentions in colour ---------------------------------------------------------------------------

  /** [start, end] of every mention that names somebody. */
  const mentionsIn = (text) => [...text.matchAll(MENTION)].flatMap((found) => {
    const length = called(found[1]);
    return length ? [[found.index, found.index + 1 + length]] : [];
  });

  /** A text area cannot colour its text: the same text lies behind it, with the mentions on a ground of their own. */
  const paint = () => {
    const area = composer();
    if (!area) return;
    let ground = area.previousElementSibling;
    if (!ground?.classList.contains('dm-ground')) {
      ground = Object.assign(document.createElement('div'), { className: 'dm-ground' });
      ground.setAttribute('aria-hidden', 'true');
      area.before(ground);
      area.addEventListener('scroll', () => { ground.scrollTop = area.scrollTop; });
    }
    const style = getComputedStyle(area);
    for (const name of ['font', 'letterSpacing', 'padding', 'lineHeight', 'height', 'width']) ground.style[name] = style[name];
    ground.replaceChildren();
    let from = 0;
    for (const [start, end] of mentionsIn(area.value)) {
      ground.append(area.value.slice(from, start), Object.assign(document.createElement('mark'), { textContent: area.value.slice(start, end) }));
      from = end;
    }
    ground.append(`${area.value.slice(from)}\u200b`);
    ground.scrollTop = area.scrollTop;
  };

  /** In messages the browser's own highlights do it, without touching what React has drawn. */
  const colour = () => {
    if (!window.CSS?.highlights || !window.Highlight) return;
    paintIn('dm-mention', '[data-step-type="user_message"] .message-content, .dm-said .message-content', mentionsIn);
    paintIn('dm-source', '[data-step-type="assistant_message"] .message-content:has(.dm-citations) .prose', sourcesIn);
  };
  const sourcesIn = (text) => [...text.matchAll(/\[\d{1,2}\]/g)].map((found) => [found.index, found.index + found[0].length]);
  const paintIn = (name, where, find) => {
    const ranges = [];
    for (const message of document.querySelectorAll(where)) {
      const walk = document.createTreeWalker(message, NodeFilter.SHOW_TEXT);
      while (walk.nextNode()) {
        for (const [start, end] of find(walk.currentNode.data)) {
          const range = new Range();
          range.setStart(walk.currentNode, start);
          range.setEnd(walk.currentNode, end);
          ranges.push(range);
        }
      }
    }
    CSS.highlights.set(name, new Highlight(...ranges));
  };

  // --- who spoke, and how ---------------------------------------------------------------------------

  /**
   * The avatar's text is "Avatar for <title> · <mark>": name, post and mark become a line above the answer.
   * Of a colleague it is "Avatar for <name> · <post> · <staff number>".
   */
  const introduce = (message) => {
    const [title, how, colleague] = (message.querySelector('img[alt^="Avatar for "]')?.alt.slice(11) ?? '').split(' · ');
    const body = message.lastElementChild;
    if (!title || !how || !body) return;
    const key = `${title}|${how}|${directory.people.length}`;
    if (message.dataset.dmBy === key) return;
    if (colleague) {
      message.classList.add('dm-said');
      nameLine(message, body, key, title, how);
      return;
    }
    const person = directory.people.find((one) => one.title === title);
    const sign = Object.assign(document.createElement('span'), { className: 'dm-mark', textContent: how });
    const local = how === directory.labels.mark_local;
    sign.title = (local ? directory.labels.mark_local_hint : directory.labels.mark_model_hint) ?? '';
    sign.classList.toggle('dm-mark-local', local);
    nameLine(message, body, key, person?.name ?? title, person?.post ?? '', sign);
  };
  const nameLine = (message, body, key, name, post, ...marks) => {
    const line = body.querySelector(':scope > .dm-by') ?? Object.assign(document.createElement('div'), { className: 'dm-by' });
    line.replaceChildren(
      Object.assign(document.createElement('b'), { textContent: name }),
      Object.assign(document.createElement('span'), { className: 'dm-post', textContent: post }),
      ...marks,
    );
    if (!line.isConnected) body.prepend(line);
    message.dataset.dmBy = key;
  };

  /** Figures stand right, negative ones in red as well as with their sign. */
  const FIGURE = /^[+\-−(]?[¥$€£]?\s?\d[\d,，]*(\.\d+)?\s?(%|‰|bp|倍|天|次|元|万元|亿元|万|亿)?\)?$/u;
  const NUMBER = /^\d{4,}$/; // a year, an extension, a telephone: written without separators, it is no amount
  const align = (table) => {
    for (const cell of table.querySelectorAll('td:not([data-dm])')) {
      const text = cell.textContent.trim();
      cell.dataset.dm = FIGURE.test(text) && !NUMBER.test(text) ? (/^[-−(]/.test(text) ? 'negative' : 'figure') : 'text';
    }
    table.querySelectorAll('thead th').forEach((head, column) => {
      const cells = [...table.querySelectorAll(`tbody tr > :nth-child(${column + 1})`)];
      head.dataset.dm = cells.length && cells.every((cell) => cell.dataset.dm !== 'text') ? 'figure' : 'text';
    });
  };

  const dressAll = () => {
    document.querySelectorAll('[data-step-type="assistant_message"] .ai-message').forEach(introduce);
    document.querySelectorAll('.message-content table').forEach(align);
    // The one message of the framework that people meet and that is in none of its catalogues.
    for (const toast of document.querySelectorAll('[data-sonner-toast] [data-title]')) {
      if (directory.labels.cannot_open && toast.textContent.startsWith("Couldn't resume chat")) toast.textContent = directory.labels.cannot_open;
    }
    const log = document.querySelector('.step')?.parentElement;
    if (log && !log.hasAttribute('role')) { log.setAttribute('role', 'log'); log.setAttribute('aria-live', 'polite'); }
    colour();
    const area = composer();
    if (area && (area.value || area.previousElementSibling)) paint();
  };
  let due = false;
  new MutationObserver((changes) => {
    if (due || changes.every((change) => menu.contains(change.target))) return;
    due = true;
    requestAnimationFrame(() => {
      due = false;
      if (document.querySelector('.ai-message, [data-step-type="user_message"], [data-sonner-toast]')) learn();
      dressAll();
    });
  }).observe(document.documentElement, { childList: true, subtree: true, characterData: true });
})();

// Rooms of several people: their list with faces and what is unread, who sits in the one that is open, and the way to
// what is shown beside it. Drawn from `/rooms`; the server tells of every change by a message of the page to itself.
(() => {
  'use strict';

  let known = { me: '', rooms: [], labels: {} };
  let asked = false;
  let panel = null; // what is beside the open room, as it was sent last
  const folded = new Set(); // rooms whose panel was closed by hand
  const open = () => /^\/thread\/([^/]+)/.exec(location.pathname)?.[1] ?? '';
  const make = (tag, values = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), values);
    element.append(...children);
    return element;
  };

  /** Go there as the page itself does, without loading it anew. */
  const go = (path) => {
    if (location.pathname === path) return;
    history.pushState(null, '', path);
    window.dispatchEvent(new PopStateEvent('popstate', { state: null }));
  };
  document.addEventListener('click', (event) => {
    const link = event.target.closest?.('a[href*="/thread/"]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    const there = new URL(link.href, location.href);
    if (there.origin !== location.origin || link.closest('[data-sidebar="menu"]')) return;
    event.preventDefault();
    event.stopPropagation();
    go(there.pathname);
    // On a narrow screen the list lies over the talk.
    document.querySelector('[data-mobile="true"]')?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
  }, true);

  // --- the list -------------------------------------------------------------------------------------

  let reading = null;
  const read = () => {
    clearTimeout(reading);
    reading = setTimeout(async () => {
      try {
        const answer = await fetch('/rooms', { credentials: 'include' });
        if (!answer.ok) { asked = false; return; }
        known = await answer.json();
        draw();
        seen();
      } catch { asked = false; }
    }, 60);
  };

  const faces = (members, most) => {
    const shown = members.slice(0, members.length > most ? most - 1 : most);
    const row = make('span', { className: 'dm-faces' }, ...shown.map((one) => make('img', { src: one.face, alt: '', title: `${one.name} ${one.post}` })));
    if (shown.length < members.length) row.append(make('i', { textContent: `+${members.length - shown.length}` }));
    row.setAttribute('aria-hidden', 'true');
    return row;
  };
  const others = (room) => room.members.filter((one) => one.id !== known.me);
  const entry = (room) => {
    const { labels } = known;
    const link = make('a', { href: `/thread/${room.id}`, className: 'dm-room' },
      faces(others(room).length ? others(room) : room.members, 3),
      make('span', { className: 'dm-room-title', textContent: room.title }));
    if (room.closed) link.append(make('span', { className: 'dm-room-closed', textContent: labels.rooms_closed }));
    if (room.unread) {
      const badge = make('span', { className: 'dm-unread', textContent: room.unread > 99 ? '99+' : room.unread });
      badge.setAttribute('aria-label', labels.rooms_unread.replace('{count}', room.unread));
      link.append(badge);
    }
    link.title = `${room.title} · ${room.members.map((one) => one.name).join('、')}`;
    if (room.id === open()) link.setAttribute('aria-current', 'page');
    return link;
  };
  const state = () => JSON.stringify([open(), known.rooms.map((one) => [one.id, one.title, one.unread, one.closed, one.members.length])]);

  const drawList = () => {
    const column = document.querySelector('[data-sidebar="content"]');
    if (!column) return;
    let list = document.getElementById('dm-rooms');
    if (!known.rooms.length) { list?.remove(); return; }
    if (list && !column.contains(list)) { list.remove(); list = null; }
    if (!list) {
      list = make('nav', { id: 'dm-rooms' });
      column.prepend(list);
    }
    if (list.dataset.state === state()) return;
    list.dataset.state = state();
    list.setAttribute('aria-label', known.labels.rooms_title);
    list.replaceChildren(make('p', { textContent: known.labels.rooms_title }), ...known.rooms.map(entry));
  };

  /** Who sits in the open room, above its talk; and the way to what is beside it. */
  const drawHead = () => {
    const header = document.getElementById('header');
    const room = known.rooms.find((one) => one.id === open());
    document.documentElement.classList.toggle('dm-in-room', Boolean(room));
    let head = document.getElementById('dm-room-head');
    if (!header || !room) { head?.remove(); return; }
    if (!head || !header.contains(head)) {
      head?.remove();
      head = make('div', { id: 'dm-room-head' });
      header.append(head);
    }
    const offered = panel?.room === room.id && !document.querySelector('.dm-ticket');
    const now = `${state()}|${offered}`;
    if (head.dataset.state === now) return;
    head.dataset.state = now;
    const people = make('span', { className: 'dm-room-people' }, faces(room.members, 5));
    people.setAttribute('role', 'img');
    people.setAttribute('aria-label', `${known.labels.rooms_members}：${room.members.map((one) => one.name).join('、')}`);
    head.replaceChildren(make('b', { textContent: room.title, title: room.title }), people);
    if (offered) {
      const button = make('button', { type: 'button', className: 'dm-button dm-button-small', textContent: known.labels.panel_title });
      button.setAttribute('aria-label', known.labels.panel_open);
      button.addEventListener('click', () => { folded.delete(room.id); show(room.id); });
      head.append(button);
    }
  };
  const draw = () => { drawList(); drawHead(); document.title = titled(); };
  const plain = document.title;
  const titled = () => {
    const unread = known.rooms.reduce((sum, one) => sum + one.unread, 0);
    const name = document.title.replace(/^\(\d+\+?\) /, '') || plain;
    return unread ? `(${unread > 99 ? '99+' : unread}) ${name}` : name;
  };

  // --- what is before the person's eyes ---------------------------------------------------------------

  let telling = null;
  const seen = () => {
    const room = known.rooms.find((one) => one.id === open());
    if (!room || document.hidden) return;
    clearTimeout(telling);
    telling = setTimeout(() => fetch(`/rooms/${room.id}/seen`, { method: 'POST', credentials: 'include' }).catch(() => {}), 400);
    if (room.unread) { room.unread = 0; draw(); }
  };
  document.addEventListener('visibilitychange', seen);

  const happened = ({ room, what, own }) => {
    const one = known.rooms.find((other) => other.id === room);
    if (what === 'seen') {
      if (one?.unread) { one.unread = 0; draw(); }
    } else if (!one || !['said', 'answered', 'ticket'].includes(what)) {
      read();
    } else if (what !== 'ticket') {
      known.rooms = [one, ...known.rooms.filter((other) => other !== one)];
      if (room === open() && !document.hidden) seen();
      else if (!own) one.unread += 1;
      draw();
    }
  };

  // --- what is beside the talk ------------------------------------------------------------------------

  const show = (room) => fetch(`/rooms/${room}/panel`, { method: 'POST', credentials: 'include' }).catch(() => {});
  const beside = (sent) => {
    const fresh = panel?.room !== sent.room;
    panel = sent;
    // Beside the talk only where the talk stays readable; else it waits behind its button.
    if (!document.querySelector('.dm-ticket') && !folded.has(sent.room) && window.innerWidth >= 1100 && (fresh || !document.querySelector('#side-view-title'))) show(sent.room);
    draw();
  };
  document.addEventListener('click', (event) => {
    if (event.target.closest?.('#side-view-title button') && document.querySelector('.dm-ticket')) folded.add(open());
  }, true);

  window.addEventListener('message', ({ source, data }) => {
    if (source !== window) return;
    if (data?.rooms) happened(data.rooms);
    if (data?.panel) beside(data.panel);
  });

  // --- reading from below -----------------------------------------------------------------------------

  let atEnd = true;
  const talk = () => document.querySelector('.step')?.closest('.overflow-y-auto');
  document.addEventListener('scroll', (event) => {
    if (event.target === talk() && event.target.scrollHeight - event.target.scrollTop - event.target.clientHeight < 40) atEnd = true;
  }, { capture: true, passive: true });
  // The page scrolls by itself as well: only a person's own hand leaves the end.
  document.addEventListener('wheel', (event) => { if (event.deltaY < 0) atEnd = false; }, { passive: true });
  document.addEventListener('touchmove', () => { atEnd = false; }, { passive: true });
  document.addEventListener('pointerdown', (event) => { if (event.target === talk()) atEnd = false; });
  document.addEventListener('keydown', (event) => { if (['PageUp', 'Home'].includes(event.key) && event.target.id !== 'chat-input') atEnd = false; });
  /** Who reads at the end of a room's talk stays there; who has scrolled up is left where he is. */
  const follow = () => {
    const box = document.documentElement.classList.contains('dm-in-room') && talk();
    if (!box) return;
    const mine = box.querySelectorAll('[data-step-type="user_message"]').length;
    if (mine > Number(box.dataset.dmMine ?? 0)) atEnd = true; // one's own word is always seen
    box.dataset.dmMine = mine;
    if (atEnd && box.scrollHeight - box.scrollTop - box.clientHeight > 1) box.scrollTop = box.scrollHeight;
  };

  /** The side panel is headed by the name of the file that draws it: people read its title. */
  const title = () => {
    const heading = document.getElementById('side-view-title');
    if (!heading || !known.labels.panel_title) return;
    for (const node of heading.childNodes) {
      if (node.nodeType === Node.TEXT_NODE && node.data === 'DealTicket') node.data = known.labels.panel_title;
    }
  };

  let place = '';
  let due = false;
  new MutationObserver(() => {
    if (due) return;
    due = true;
    requestAnimationFrame(() => {
      due = false;
      if (!document.getElementById('chat-input') && !document.querySelector('[data-sidebar="content"]')) return;
      if (!asked) { asked = true; read(); }
      if (place !== location.pathname) {
        place = location.pathname;
        if (panel && panel.room !== open()) panel = null;
        atEnd = true;
        seen();
      }
      title();
      drawList();
      drawHead();
      follow();
    });
  }).observe(document.documentElement, { childList: true, subtree: true, characterData: true });
})();

import type { CallListData, CallListRow } from '../call-list-data.ts';
import { callBar } from './call-bar.ts';

const ROW_PX = 24;
/** Drawn above and below what is seen, so that a turn of the wheel meets no gap. */
const ROWS_AROUND = 8;

type Line =
  | { readonly kind: 'agent'; readonly agent: number; readonly text: string }
  | { readonly kind: 'call'; readonly row: CallListRow };

/** One list of all calls, of which only the rows in sight are in the page. */
export interface CallList {
  readonly prefix: string;
  /** Brings a call into sight; false: it is not in the list. */
  reveal(call: number): boolean;
}

/** Shows the lists that do nothing without a script. */
export function setUpCallLists(): readonly CallList[] {
  return [...document.querySelectorAll<HTMLElement>('.all-calls')].map(setUp);
}

function setUp(frame: HTMLElement): CallList {
  const data: CallListData = JSON.parse(frame.querySelector('script')?.textContent ?? '{}');
  const order = choice('Order', [
    ['agents', 'by agent, worst first'],
    ['worst', 'worst first'],
    ['time', 'by start'],
  ]);
  const fate = choice('Fate', [['', 'any'], ...data.fates.map(({ name }) => [name, name] as const)]);
  const search = document.createElement('input');
  search.type = 'search';
  search.placeholder = 'call or agent number';
  const label = document.createElement('label');
  label.append('Find ', search);
  const count = document.createElement('span');
  count.setAttribute('role', 'status');
  const controls = document.createElement('p');
  controls.className = 'controls';
  controls.append(order.label, fate.label, label, count);
  const view = document.createElement('div');
  view.className = 'window';
  view.tabIndex = 0;
  view.setAttribute('role', 'region');
  view.setAttribute('aria-label', 'All calls');
  const track = document.createElement('div');
  view.append(track);
  frame.append(controls, view);
  frame.hidden = false;
  let lines: readonly Line[] = [];
  let marked = 0;
  const draw = () => {
    const first = Math.max(0, Math.floor(view.scrollTop / ROW_PX) - ROWS_AROUND);
    const last = Math.min(lines.length, first + Math.ceil(view.clientHeight / ROW_PX) + 2 * ROWS_AROUND);
    track.style.height = `${lines.length * ROW_PX}px`;
    track.replaceChildren(
      ...lines.slice(first, last).map((line, index) => {
        const element = lineElement(line, data, line.kind === 'call' && line.row[0] === marked);
        element.style.top = `${(first + index) * ROW_PX}px`;
        return element;
      }),
    );
  };
  const refresh = () => {
    lines = linesOf(data, { order: order.value(), fate: fate.value(), text: search.value.trim() });
    const calls = lines.filter(({ kind }) => kind === 'call').length;
    count.textContent = `${calls.toLocaleString('en-US')} of ${data.rows.length.toLocaleString('en-US')} calls`;
    view.scrollTop = 0;
    draw();
  };
  for (const control of [order.select, fate.select, search]) control.addEventListener('input', refresh);
  view.addEventListener('scroll', draw, { passive: true });
  refresh();
  return {
    prefix: frame.dataset.prefix ?? '',
    reveal(call) {
      if (!data.rows.some((row) => row[0] === call)) return false;
      search.value = '';
      fate.select.value = '';
      marked = call;
      refresh();
      const index = lines.findIndex((line) => line.kind === 'call' && line.row[0] === call);
      frame.scrollIntoView({ block: 'start' });
      view.scrollTop = Math.max(0, (index - 3) * ROW_PX);
      draw();
      view.focus({ preventScroll: true });
      return true;
    },
  };
}

function linesOf(
  data: CallListData,
  { order, fate, text }: { readonly order: string; readonly fate: string; readonly text: string },
): readonly Line[] {
  const isWanted = (row: CallListRow) =>
    (fate === '' || data.fates[row[3]]?.name === fate) &&
    (text === '' || String(row[0]) === text || String(row[1]) === text);
  const rows = data.rows.filter(isWanted);
  const asLine = (row: CallListRow): Line => ({ kind: 'call', row });
  if (order === 'worst') return rows.map(asLine);
  if (order === 'time') return [...rows].sort((a, b) => a[4] - b[4]).map(asLine);
  const agents = new Map<number, CallListRow[]>();
  for (const row of rows) {
    const own = agents.get(row[1]);
    if (own) own.push(row);
    else agents.set(row[1], [row]);
  }
  return [...agents].flatMap(([agent, own]): readonly Line[] => {
    const badCount = own.filter((row) => data.fates[row[3]]?.tone === 'bad').length;
    const text = `${own.length} calls${badCount > 0 ? `, ${badCount} with a bad end` : ''}`;
    return [{ kind: 'agent', agent, text }, ...own.map(asLine)];
  });
}

function lineElement(line: Line, data: CallListData, isMarked: boolean): HTMLElement {
  const element = document.createElement('div');
  element.className = line.kind === 'agent' ? 'line agent' : `line${isMarked ? ' marked' : ''}`;
  const name = document.createElement('b');
  const words = document.createElement('span');
  if (line.kind === 'agent') {
    name.textContent = `agent ${line.agent}`;
    words.textContent = ` ${line.text}`;
    element.append(name, words);
    return element;
  }
  const [call, agent, toolIndex, fateIndex] = line.row;
  const fate = data.fates[fateIndex];
  name.textContent = `call ${call}`;
  words.textContent = ` ${fate?.name ?? ''} · agent ${agent} · ${data.tools[toolIndex] ?? ''}`;
  words.className = fate?.tone ?? '';
  const who = document.createElement('span');
  who.className = 'who';
  who.append(name, words);
  element.append(who, callBar(line.row, data));
  return element;
}

function choice(name: string, options: readonly (readonly [value: string, text: string])[]) {
  const select = document.createElement('select');
  for (const [value, text] of options) select.add(new Option(text, value));
  const label = document.createElement('label');
  label.append(`${name} `, select);
  return { select, label, value: () => select.value };
}

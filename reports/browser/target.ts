import type { CallList } from './call-list.ts';

/** What an address may point to beside a place of the page: #task=ID&t=12.2, #call=41&t=12.2. */
export interface TargetTools {
  readonly lists: readonly CallList[];
  /** Draws a line through every chart over time at this second; null: none. */
  mark(second: number | null): void;
}

/** Opens every fold around what the address points to, and brings it into view. */
export function openTarget({ lists, mark }: TargetTools): void {
  const hash = decodeURIComponent(location.hash.slice(1));
  const wanted = new URLSearchParams(hash.includes('=') ? hash : '');
  const second = wanted.get('t');
  mark(second === null || !Number.isFinite(Number(second)) ? null : Number(second));
  const id = idOf(hash, wanted);
  if (id === '') return;
  const target = document.getElementById(id);
  if (target === null) {
    const [, prefix = '', call = ''] = /^(.*)call-(\d+)$/.exec(id) ?? [];
    lists.find((list) => list.prefix === prefix)?.reveal(Number(call));
    return;
  }
  target.querySelector(':scope > details')?.setAttribute('open', '');
  for (let fold = target.closest('details'); fold !== null; fold = fold.parentElement?.closest('details') ?? null) {
    fold.open = true;
  }
  target.scrollIntoView({ block: 'start' });
}

function idOf(hash: string, wanted: URLSearchParams): string {
  const call = wanted.get('call');
  if (call !== null) return `call-${call}`;
  const task = wanted.get('task');
  if (task === null) return hash.includes('=') ? '' : hash;
  const rows = [...document.querySelectorAll<HTMLElement>('li[data-tasks]')];
  return rows.find((row) => (row.dataset.tasks ?? '').split(' ').includes(task))?.id ?? '';
}

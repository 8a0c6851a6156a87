import { isPageRun, type PageRun } from '../page-run.ts';
import { comparedRows } from './compared-rows.ts';

/** Lets its reader hold the run of this page against another one: a second report or verdict.json, dropped in or chosen. No server is asked. */
export function setUpDrop(): void {
  const section = document.getElementById('compare');
  const own = runIn(document);
  const input = section?.querySelector('input');
  const place = section?.querySelector<HTMLElement>('.compared');
  if (!section || own === null || !input || !place) return;
  section.hidden = false;
  const show = async (file: File | undefined) => {
    if (file === undefined) return;
    const other = runOf(await file.text());
    place.replaceChildren(
      other === null
        ? paragraph(`${file.name} is neither a report of one run nor a verdict.json.`)
        : compared(own, other, file.name),
    );
    section.scrollIntoView({ block: 'start' });
  };
  input.addEventListener('change', () => show(input.files?.[0]));
  document.addEventListener('dragover', (event) => {
    event.preventDefault();
    document.documentElement.classList.add('dropping');
  });
  document.addEventListener('dragleave', () => document.documentElement.classList.remove('dropping'));
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    document.documentElement.classList.remove('dropping');
    void show(event.dataTransfer?.files[0]);
  });
}

/** The run of a report, or of a verdict as it lies in a run directory. Nothing in the text is run. */
function runOf(text: string): PageRun | null {
  if (text.trimStart().startsWith('<')) return runIn(new DOMParser().parseFromString(text, 'text/html'));
  const verdict = parsed(text);
  const run = { name: 'the other run', verdict };
  return isPageRun(run) ? run : null;
}

function runIn(page: Document): PageRun | null {
  const run = parsed(page.getElementById('run')?.textContent ?? '');
  return isPageRun(run) ? run : null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not ours: the caller says so.
    return null;
  }
}

function compared(own: PageRun, other: PageRun, fileName: string): HTMLElement {
  const frame = document.createElement('div');
  frame.className = 'table-frame';
  frame.tabIndex = 0;
  const table = frame.appendChild(document.createElement('table'));
  table.createCaption().textContent = `This run (${own.name}) and ${fileName} (${other.name})`;
  const head = table.createTHead().insertRow();
  for (const title of ['What', 'This run', 'The other', 'Other / this']) head.append(cell('th', title, 'col'));
  const body = table.createTBody();
  for (const { name, values, ratio, differs } of comparedRows(own.verdict, other.verdict)) {
    const row = body.insertRow();
    if (!differs) row.className = 'muted';
    row.append(cell('th', name, 'row'), cell('td', values[0]), cell('td', values[1]), cell('td', ratio));
  }
  const wrapper = document.createElement('div');
  wrapper.append(
    frame,
    paragraph(
      'Two runs of one server differ as well: what these two differ by says little of their servers. Rows that are equal are grey.',
    ),
  );
  return wrapper;
}

function cell(kind: 'th' | 'td', text: string, scope?: string): HTMLElement {
  const made = document.createElement(kind);
  made.textContent = text;
  if (scope !== undefined) made.setAttribute('scope', scope);
  return made;
}

function paragraph(text: string): HTMLElement {
  const made = document.createElement('p');
  made.className = 'note';
  made.textContent = text;
  return made;
}

import type { AuditDocument, AuditFrame, AuditNote, AuditOutcome, AuditRow } from '../harness/model/audit.ts';
import { readBrowserScript } from './browser-script.ts';
import { plural } from './format.ts';
import { html, type Markup, markupText } from './html.ts';
import { page } from './page.ts';
import { type Column, chip, table } from './table.ts';

const CHIPS: Readonly<Record<AuditOutcome, Markup>> = {
  broken: chip(false, 'broken'),
  met: chip(true, 'met'),
  'not-observable': chip('unknown', 'not observable'),
  'not-applicable': chip('not-applicable'),
};

/** One self-contained HTML file for an audit. `script`: the browser code to inline; null: none. */
export function renderAudit(
  document: AuditDocument,
  { replay, script = readBrowserScript() }: { readonly replay: string; readonly script?: string | null },
): string {
  const { target, rows, notes, claimcheck, startedAt } = document;
  const broken = rows.filter(({ outcome }) => outcome === 'broken');
  const name = target === null ? 'a server that was not reached' : `${target.server.name} ${target.server.version}`;
  const where = target === null ? [] : [target.dialect, target.transport];
  const sections = [
    { id: 'verdict', label: 'Verdict', title: 'What was found', body: summary(document) },
    {
      id: 'broken',
      label: 'Broken',
      title: 'What is broken',
      body: broken.length === 0 ? null : broken.map(brokenPart),
    },
    { id: 'requirements', label: 'Requirements', title: 'Every requirement', body: allRows(rows) },
    { id: 'beside', label: 'Beside', title: 'Seen beside', body: notes.length === 0 ? null : notes.map(notePart) },
  ].filter(({ body }) => body !== null);
  return markupText(
    page({
      title: `Audit of ${name}`,
      tabTitle: broken.length === 0 ? 'audit: nothing broken' : `audit: ${broken.length} broken`,
      subtitle: [`claimcheck ${claimcheck}`, ...where, startedAt].join(' · '),
      footer: [replay],
      links: sections.map(({ id, label }) => ({ id, title: label })),
      body: sections.map(
        ({ id, title, body }) => html`<section id="${id}"><h2>${title}</h2>
${body}</section>
`,
      ),
      charts: [],
      script,
    }),
  );
}

function summary({ counts, error, rows }: AuditDocument): Markup {
  const advice = rows.filter(({ outcome, level }) => outcome === 'broken' && level === 'should').length;
  const parts = [
    `${plural(counts.broken, 'requirement')} broken, ${advice} of them advice (should)`,
    `${counts.met} met`,
    `${counts['not-observable']} not observable`,
    `${counts['not-applicable']} not applicable`,
  ];
  return html`<p>${parts.join(', ')}.</p>
${error !== null && html`<p><b class="bad">The audit did not come to its end:</b> ${error}</p>`}`;
}

function allRows(rows: readonly AuditRow[]): Markup {
  const columns: Column[] = [
    ...['Id', 'Level', 'Outcome'].map((title) => ({ title })),
    { title: 'Requirement', wide: true },
    { title: 'What was seen', wide: true },
    { title: 'Source' },
  ];
  return table(
    'Requirements of the dialect, in their order',
    columns,
    rows.map(({ id, level, outcome, title, reason, section }) => ({
      cells: [
        ...[id, level],
        CHIPS[outcome],
        ...[title, reason],
        html`<a href="${section.url}" rel="noreferrer">${section.name}</a>`,
      ],
    })),
  );
}

function brokenPart({ id, level, title, reason, section, conformance, frames }: AuditRow): Markup {
  return html`<h3 id="requirement-${id}">${id} <small>${level}</small> ${title}</h3>
<p><b class="bad">${reason}</b></p>
<p><a href="${section.url}" rel="noreferrer">${section.name}</a>${conformance !== null && html` · official suite: <code>${conformance}</code>`}</p>
${frames.map(framePart)}
`;
}

function framePart({ direction, link, atMs, head, text, cutChars }: AuditFrame): Markup {
  const left = cutChars > 0 && html` <small>… ${cutChars} characters more</small>`;
  return html`<p><small>${direction} · ${link} · ${atMs} ms${head !== null && html` · ${head.replaceAll('\n', ', ')}`}</small><br><code>${text}</code>${left}</p>
`;
}

function notePart({ kind, text, frames }: AuditNote): Markup {
  return html`<p><b class="${kind}">${kind === 'bad' ? 'warning' : 'good'}</b> ${text}</p>
${frames.map(framePart)}`;
}

import { readBrowserScript } from './browser-script.ts';
import type { ChartData } from './chart-data.ts';
import { html, type Markup, markupText } from './html.ts';
import { page } from './page.ts';
import { pageRun } from './page-run.ts';
import type { FaultWords, MetricWords, ReportRun, RunRatios, Section, SectionInput } from './report-run.ts';
import { anotherRun } from './sections/another-run.ts';
import { comparedLatency } from './sections/compared-latency.ts';
import { comparison, runNames } from './sections/comparison.ts';
import { sections } from './sections/index.ts';
import { wordOf } from './sections/verdict.ts';
import { shownTracks } from './shown-tracks.ts';
import { witnessesOf } from './witness.ts';

export type { FaultWords, MetricWords, ReportRun, RunRatios, TrendRun } from './report-run.ts';

export interface ReportOptions {
  /** Titles and explanations of metrics; without them their ids stand alone. */
  readonly words?: MetricWords;
  /** The same for faults, with the colour of their lane. */
  readonly faultWords?: FaultWords;
  /** Several runs: the same calls of two of them against each other. */
  readonly ratios?: readonly RunRatios[];
  /** The browser code to inline; null: none. Default: what the build made. */
  readonly script?: string | null;
}

interface Drawn {
  readonly section: Section;
  readonly id: string;
  readonly body: Markup;
}

/**
 * One self-contained HTML file for one run, or for several side by side. Verdict, tables and timelines need no script; the
 * time charts are drawn by the inlined one from data in the page. Pure but for reading the bundled script.
 */
export function renderReport(runs: readonly ReportRun[], options: ReportOptions = {}): string {
  const words = options.words ?? {};
  const faultWords = options.faultWords ?? {};
  const script = options.script === undefined ? readBrowserScript() : options.script;
  const charts: ChartData[] = [];
  const first = runs[0];
  if (first === undefined) throw new Error('renderReport() needs at least one run');
  const isSingle = runs.length === 1;
  const drawn = runs.map((run, index) =>
    drawRun(run, { words, faultWords, prefix: isSingle ? '' : `run-${index + 1}-` }, charts),
  );
  const names = runNames(runs);
  const overlaid = isSingle ? null : comparedLatency(runs, names, { words, ratios: options.ratios ?? [] });
  const body = isSingle
    ? [...(drawn[0] ?? []).map((part) => sectionMarkup(part, 2)), anotherRun()]
    : html`<section id="comparison"><h2>Side by side</h2>${comparison(
        runs,
        words,
        drawn.map((_, index) => `#run-${index + 1}`),
      )}</section>
${overlaid !== null && html`<section id="durations"><h2>Durations, run against run</h2>${overlaid}</section>`}
${drawn.map(
  (
    parts,
    index,
  ) => html`<details class="run" id="run-${index + 1}"${index === 0 && html` open`}><summary><h2>${names[index]}</h2></summary>
${parts.map((part) => sectionMarkup(part, 3))}</details>`,
)}`;
  const links = isSingle
    ? (drawn[0] ?? []).map(({ id, section }) => ({ id, title: section.label }))
    : [
        { id: 'comparison', title: 'Side by side' },
        ...(overlaid === null ? [] : [{ id: 'durations', title: 'Durations' }]),
        ...names.map((title, index) => ({ id: `run-${index + 1}`, title })),
      ];
  return markupText(
    page({
      title: isSingle ? first.plan.title : `${runs.length} runs side by side`,
      tabTitle: isSingle ? `${wordOf(first.verdict)}: ${first.plan.scenario}` : `${runs.length} runs`,
      subtitle: isSingle ? subtitleOf(first) : [...new Set(runs.map((run) => run.plan.title))].join(', '),
      footer: runs.map((run) => run.verdict.replay).slice(0, 3),
      links,
      body,
      charts,
      ...(isSingle && { run: pageRun(subtitleOf(first), first.verdict) }),
      script,
    }),
  );
}

function drawRun(
  run: ReportRun,
  look: Pick<SectionInput, 'words' | 'faultWords' | 'prefix'>,
  charts: ChartData[],
): readonly Drawn[] {
  const link = { run, prefix: look.prefix, tracks: shownTracks(run) };
  const input: SectionInput = {
    ...look,
    ...link,
    witnesses: witnessesOf(link),
    chart(data) {
      const id = `${look.prefix}chart-${data.id}`;
      charts.push({ ...data, id });
      return id;
    },
  };
  return sections.flatMap((section) => {
    const body = section.render(input);
    return body === null ? [] : [{ section, id: `${look.prefix}${section.id}`, body }];
  });
}

function sectionMarkup({ section, id, body }: Drawn, level: 2 | 3): Markup {
  const heading = level === 2 ? html`<h2>${section.title}</h2>` : html`<h3 class="section-title">${section.title}</h3>`;
  return html`<section id="${id}">${heading}
${body}</section>
`;
}

function subtitleOf({ verdict, plan }: ReportRun): string {
  const { target } = verdict;
  const server = target.server === null ? target.kind : `${target.server.name} ${target.server.version}`;
  const parts = [
    server,
    target.dialect,
    target.transport,
    target.store,
    `scenario ${plan.scenario}`,
    `seed ${plan.seed}`,
  ];
  return [...parts.filter((part) => part !== null), verdict.startedAt].join(' · ');
}

import { readBrowserScript } from './browser-script.ts';
import type { ChartData } from './chart-data.ts';
import type { ReportedEvaluation } from './evaluation-input.ts';
import { plural } from './format.ts';
import { html, markupText } from './html.ts';
import { page } from './page.ts';
import { evaluationSections } from './sections/evaluation/index.ts';

/** One self-contained HTML file for an evaluation of agents. `script`: the browser code to inline; null: none. */
export function renderEvaluation(
  evaluation: ReportedEvaluation,
  { script = readBrowserScript() }: { readonly script?: string | null } = {},
): string {
  const charts: ChartData[] = [];
  const input = {
    evaluation,
    chart(data: ChartData) {
      const id = `chart-${data.id}`;
      charts.push({ ...data, id });
      return id;
    },
  };
  const drawn = evaluationSections.flatMap((section) => {
    const body = section.render(input);
    return body === null ? [] : [{ section, body }];
  });
  const { settings, claimcheck, startedAt } = evaluation.document;
  return markupText(
    page({
      title: 'How agents work with results that come late',
      tabTitle: `${plural(settings.agents.length, 'agent')} evaluated`,
      subtitle: `claimcheck ${claimcheck} · ${settings.agents.join(', ')} · ${settings.dialect} over ${settings.transport} · ${settings.time} time · ${startedAt}`,
      footer: [
        `claimcheck report ${evaluation.directory}`,
        'AsyncTool-style (arXiv 2605.27995): a vector of measures; nothing is blended into one score.',
      ],
      links: drawn.map(({ section: { id, label } }) => ({ id, title: label })),
      body: drawn.map(
        ({ section: { id, title }, body }) => html`<section id="${id}"><h2>${title}</h2>
${body}</section>
`,
      ),
      charts,
      script,
    }),
  );
}

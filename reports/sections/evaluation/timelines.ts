import { episodeTracks, type JobTrack, type TaskTrack } from '../../episode-track.ts';
import { episodeWords } from '../../episode-words.ts';
import type { EvaluationSection, ReportedEpisode } from '../../evaluation-input.ts';
import { formatCount, formatInstant, formatMs, plural } from '../../format.ts';
import { type Child, html, type Markup } from '../../html.ts';
import { axis, grid } from '../../lane.ts';
import { chip } from '../../table.ts';
import { createTimeScale, type TimeScale } from '../../time-scale.ts';

const ROW_HEIGHT = 18;
const AGENT_HEIGHT = 12;
/** Unfolded from the start. */
const OPEN_MAX = 3;
/** Lines told of one episode. */
const LINES_MAX = 60;
const MS = 1e6;

/** Episodes over time, the worst first: what the agent did, what was under way meanwhile, and where it went wrong. */
export const timelinesSection: EvaluationSection = {
  id: 'timelines',
  title: 'Timelines of the worst episodes',
  label: 'Timelines',
  render({ evaluation: { document, episodes } }) {
    if (episodes.length === 0) {
      // Nothing broke, or the evaluation was moved without them.
      return document.worst.length === 0
        ? null
        : html`<p class="note">The worst episodes are not drawn: episodes.jsonl or instances.jsonl is not beside evaluation.json.</p>`;
    }
    const all = document.cells.reduce((sum, cell) => sum + cell.episodes, 0);
    const hidden = all - episodes.length;
    return html`${legend()}
<p class="note">Of every agent the episodes in which most broke, worst first, one agent after the other.${hidden > 0 && ` ${plural(hidden, 'more episode')} ${hidden === 1 ? 'is' : 'are'} left out here; episodes.jsonl has them all.`}</p>
${episodes.map((one, index) => episodeFold(one, index < OPEN_MAX))}`;
  },
};

function episodeFold(one: ReportedEpisode, isOpen: boolean): Markup {
  const { episode, line, failures, violations } = one;
  const { instance, agent, mode, law, seed, makespanMs, end } = episode;
  const scale = createTimeScale(Math.max(makespanMs, 1) * MS);
  return html`<details class="episode" id="episode-${line}"${isOpen && html` open`}><summary><b>${agent}</b> on <b>${instance.id}</b> ${violations.length === 0 ? null : chip(false, plural(violations.length, 'wrong step'))} <small>${mode}, ${law}, seed ${seed}, ${formatMs(makespanMs)}${end !== 'ended' && `, ${end}`}, line ${line}</small></summary>
<div class="tracks" role="img" aria-label="${wordsOf(one)}">
${axis(scale)}${agentLane(one, scale)}${episodeTracks(episode, violations).map((track) => taskLane(track, scale))}</div>
${violations.length > 0 && html`<ul class="wrong">${violations.map(({ t, text }) => html`<li><span class="t">${formatInstant(t * MS)}</span> ${text}</li>`)}</ul>`}
${failures.length > 0 && html`<details><summary>Falls short in ${plural(failures.length, 'measure')}</summary><ul>${failures.map((text) => html`<li>${text}</li>`)}</ul></details>`}
${story(one)}</details>
`;
}

function agentLane({ episode: { events, makespanMs } }: ReportedEpisode, scale: TimeScale): Markup {
  const shapes = events.flatMap((event): Child[] => {
    switch (event.kind) {
      case 'act': {
        const of = event.task === null ? '' : ` for task ${event.task}`;
        return [
          bar(`act-${event.what}`, event.t, event.untilT, scale, { y: 1, height: 10, title: `${event.what}${of}` }),
        ];
      }
      case 'idle':
        return [bar('idle', event.t, event.untilT, scale, { y: 5, height: 2, title: 'stands still' })];
      case 'crash':
        return [tick('crash', event.t, scale, -2, AGENT_HEIGHT + 2, 'crashes, and comes back')];
      default:
        return [];
    }
  });
  return html`<div class="lane"><span>the agent</span><svg width="100%" height="${AGENT_HEIGHT}" aria-hidden="true">${grid(scale, AGENT_HEIGHT)}${shapes}${tick('end', makespanMs, scale, 0, AGENT_HEIGHT)}</svg></div>
`;
}

function taskLane({ task, toolClass, claim, rows, violations }: TaskTrack, scale: TimeScale): Markup {
  const height = Math.max(1, rows.length) * ROW_HEIGHT + 4;
  const said = claim === null ? 'no report' : claim.success ? 'reported done' : 'reported failed';
  return html`<div class="lane"><span title="${toolClass}, ${said}"><b>task ${task}</b> ${toolClass}</span><svg width="100%" height="${height}" aria-hidden="true">${grid(scale, height)}${rows.map((row, index) => row.map((job) => jobShapes(job, index * ROW_HEIGHT + 2, scale)))}${
    claim !== null && tick(claim.success ? 'claim' : 'claim gave-up', claim.t, scale, 0, height, said)
  }${violations.map(({ t, text }) => cross(t, height / 2, text, scale))}</svg></div>
`;
}

function jobShapes(job: JobTrack, y: number, scale: TimeScale): readonly Child[] {
  const { label, sentT, receiptT, endedT, knownT, status, untilT, polls, violations } = job;
  // The server may have ended it before it was asked again.
  const workedT = Math.max(sentT, Math.min(endedT ?? untilT, untilT));
  const isBad = violations.length > 0;
  const type = knownT === null ? 'unseen' : status === 'ok' ? 'worked' : 'failed';
  const told = knownT === null ? 'its end never became known' : `known at ${formatInstant(knownT * MS)}`;
  const title = `${label}: sent at ${formatInstant(sentT * MS)}, ${told}`;
  return [
    bar(`${type}${isBad ? ' bad' : ''}`, sentT, workedT, scale, { y, height: 14, title }),
    knownT !== null &&
      knownT > workedT &&
      bar('lag', workedT, knownT, scale, { y: y + 4, height: 6, title: 'ended, and not known yet' }),
    html`<svg class="clip" x="${scale.percent(sentT * MS)}" y="${y}" width="${scale.width(sentT * MS, untilT * MS)}" height="14"><text x="4" y="11">${label}</text></svg>`,
    receiptT !== null && receiptT > sentT && tick('receipt', receiptT, scale, y, y + 14, 'receipt'),
    polls.map(({ t, by }) => tick(`poll ${by}`, t, scale, y + 10, y + 15, `poll by the ${by}`)),
    knownT !== null && tick(status === 'ok' ? 'known' : 'known failed', knownT, scale, y - 1, y + 15),
    violations.map(({ t, text }) => cross(t, y + 7, text, scale)),
  ];
}

function bar(
  type: string,
  fromT: number,
  toT: number,
  scale: TimeScale,
  { y, height, title }: { readonly y: number; readonly height: number; readonly title: string },
): Markup {
  return html`<rect class="${type}" x="${scale.percent(fromT * MS)}" y="${y}" width="${scale.width(fromT * MS, toT * MS)}" height="${height}"><title>${title}</title></rect>`;
}

function tick(type: string, t: number, scale: TimeScale, y1: number, y2: number, title?: string): Markup {
  const x = scale.percent(t * MS);
  return html`<line class="${type}" x1="${x}" x2="${x}" y1="${y1}" y2="${y2}">${title !== undefined && html`<title>${title}</title>`}</line>`;
}

function cross(t: number, y: number, text: string, scale: TimeScale): Markup {
  return html`<svg class="cross" x="${scale.percent(t * MS)}" y="${y}" width="1" height="1"><path d="M-4-4l8 8m0-8l-8 8"><title>${text}</title></path></svg>`;
}

function wordsOf({ episode: { instance, agent, makespanMs, events }, violations }: ReportedEpisode): string {
  const calls = events.filter(({ kind }) => kind === 'call').length;
  return `${agent} on ${instance.id}: ${plural(instance.tasks.length, 'task')}, ${plural(calls, 'call')} in ${formatMs(makespanMs)}, ${plural(violations.length, 'wrong step')}. The story beneath has it in words.`;
}

/** What happened, a line an event; polls of the host and tokens are left out. */
function story({ episode: { events } }: ReportedEpisode): Markup {
  const lines = events.flatMap((event) => {
    const words = episodeWords(event);
    return words === null
      ? []
      : [html`<li><span class="t">${formatInstant(event.t * MS)}</span><span>${words}</span></li>`];
  });
  const hidden = lines.length - LINES_MAX;
  return html`<details><summary>What the agent did, one line each</summary><ol class="events story-lines">${lines.slice(0, LINES_MAX)}</ol>${hidden > 0 && html`<p class="note">${formatCount(hidden)} more lines stand in episodes.jsonl.</p>`}</details>`;
}

function legend(): Markup {
  const sample = (shape: Markup, text: string) =>
    html`<li><svg width="30" height="${ROW_HEIGHT}" aria-hidden="true">${shape}</svg>${text}</li>`;
  return html`<ul class="legend tracks">
${sample(html`<rect class="act-call" x="2" y="4" width="10" height="10"/><rect class="idle" x="12" y="8" width="16" height="2"/>`, 'the agent acts, then stands still')}
${sample(html`<rect class="worked" x="2" y="2" width="22" height="14"/><line class="known" x1="25" x2="25" y1="1" y2="17"/>`, 'a call works, then its result is known')}
${sample(html`<rect class="lag" x="2" y="6" width="22" height="6"/>`, 'ended, and not known yet')}
${sample(html`<rect class="failed" x="2" y="2" width="22" height="14"/><line class="known failed" x1="25" x2="25" y1="1" y2="17"/>`, 'it failed')}
${sample(html`<rect class="unseen" x="2" y="2" width="25" height="14"/>`, 'its end never became known')}
${sample(html`<line class="poll agent" x1="8" x2="8" y1="11" y2="17"/><line class="poll host" x1="18" x2="18" y1="11" y2="17"/>`, 'polls: of the agent, of its host')}
${sample(html`<line class="claim" x1="14" x2="14" y1="0" y2="18"/>`, 'the agent reports its task')}
${sample(html`<line class="crash" x1="14" x2="14" y1="0" y2="18"/>`, 'the agent crashes')}
${sample(html`<svg class="cross" x="14" y="9" width="1" height="1"><path d="M-4-4l8 8m0-8l-8 8"/></svg>`, 'it does something wrong')}
</ul>`;
}

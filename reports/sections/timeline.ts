import { groupBy } from '../../harness/model/grouping.ts';
import { allCalls } from '../all-calls.ts';
import type { CallTrack } from '../call-track.ts';
import { eventList } from '../event-list.ts';
import { FATE_WORDS } from '../fate-words.ts';
import { faultLanes } from '../fault-lanes.ts';
import { type DownWindow, downWindows } from '../fault-window.ts';
import { formatCount, formatInstant, formatMs, plural } from '../format.ts';
import { ganttBack } from '../gantt-back.ts';
import { type Child, html, type Markup } from '../html.ts';
import { axis } from '../lane.ts';
import type { Section, SectionInput } from '../report-run.ts';
import { createTimeScale, type TimeScale } from '../time-scale.ts';

const ROW_HEIGHT = 20;
/** More ticks than these have no room beside each other. */
const PLACES = 600;

/** One row a call, by agent, worst first: what was promised, done and seen, over the time of the run. */
export const timelineSection: Section = {
  id: 'timeline',
  title: 'Timeline of the calls',
  label: 'Timeline',
  render(input) {
    const { history } = input.run;
    const { shown, hiddenCount } = input.tracks;
    if (shown.length === 0) return null;
    const scale = createTimeScale(history.endT);
    const down = downWindows(history);
    const agents = groupBy(shown, (track) => track.call.planned.agent);
    return html`${legend()}
<p class="note">One row a call. The agent with the worst call stands first, and the worst of its calls: those a finding names, then those that ended badly, then the slowest. Open a row for its story, event by event.${hiddenCount > 0 && ` ${formatCount(hiddenCount)} more calls are left out here; history.jsonl has them all.`}</p>
<div class="gantt-axis">${faultLanes(input, scale)}${axis(scale)}</div>
<div class="gantt-frame">${ganttBack(input, scale)}${[...agents].map(([agent, tracks]) => agentRows(input, agent, { tracks, scale, down }))}</div>
${allCalls(input)}`;
  },
};

interface Look {
  readonly scale: TimeScale;
  readonly down: readonly DownWindow[];
}

function agentRows(
  input: SectionInput,
  agent: number,
  { tracks, scale, down }: Look & { readonly tracks: readonly CallTrack[] },
): Markup {
  const own = input.tracks.all.filter((track) => track.call.planned.agent === agent);
  const fates = groupBy(own, (track) => input.tracks.fates.get(track.call.planned.call) ?? 'open');
  const bad = [...fates].filter(([fate]) => fate !== 'settled-ok');
  const words = [
    plural(own.length, 'call'),
    ...bad.map(([fate, list]) => `${formatCount(list.length)} ${fate}`),
    ...(own.length > tracks.length ? [`${formatCount(own.length - tracks.length)} left out`] : []),
  ];
  return html`<p class="agent"><b>agent ${agent}</b> ${words.join(', ')}</p>
<ol class="gantt" aria-label="Calls of agent ${agent}">${tracks.map((track) => rowOf(input, track, { scale, down }))}</ol>
`;
}

function rowOf(input: SectionInput, track: CallTrack, look: Look): Markup {
  const { call, tool } = track.call.planned;
  const id = `${input.prefix}call-${call}`;
  const fate = input.tracks.fates.get(call);
  const badge =
    fate !== undefined &&
    fate !== 'settled-ok' &&
    html`<i class="${FATE_WORDS[fate].tone}" title="${fate}: ${FATE_WORDS[fate].meaning}">${fate}</i> `;
  return html`<li id="${id}"${track.findings.length > 0 && html` class="bad"`} data-tasks="${track.call.tasks.join(' ')}"><details>
<summary><span class="who"><b>call ${call}</b> ${badge}<span>${tool}</span></span><svg width="100%" height="${ROW_HEIGHT}" role="img" aria-label="${words(track)}">${shapesOf(track, look)}</svg></summary>
${track.findings.map((sentence) => html`<p class="finding">${sentence}</p>`)}
${eventList(input, track)}</details></li>
`;
}

function shapesOf(track: CallTrack, { scale, down }: Look): readonly Child[] {
  const { sentT, ackT, seenT, deniedT } = track;
  const startT = sentT ?? 0;
  const bar = (type: string, fromT: number, toT: number, y: number, height: number) =>
    html`<rect class="${type}" x="${scale.percent(fromT)}" y="${y}" width="${scale.width(fromT, toT)}" height="${height}"/>`;
  const tick = (type: string, t: number, y1: number, y2: number) =>
    html`<line class="${type}" x1="${scale.percent(t)}" x2="${scale.percent(t)}" y1="${y1}" y2="${y2}"/>`;
  const lastCommitT = track.commits[0] ?? null;
  return [
    ackT !== null && bar('asked', startT, ackT, 9, 2),
    ackT === null && bar('unanswered', startT, track.call.creates.at(-1)?.end?.t ?? scale.untilT, 9, 2),
    ackT !== null && bar(seenT === null ? 'unseen' : 'held', ackT, Math.max(ackT, track.waitedUntilT), 8, 4),
    track.runs.map((run) =>
      bar(run.toT === null ? 'cut' : 'work', run.fromT, run.toT ?? cutOffT(track, run, down, scale), 5, 10),
    ),
    lastCommitT !== null && seenT !== null && seenT > lastCommitT && bar('lag', lastCommitT, seenT, 8, 4),
    apart(track.polls, scale).map((t) => tick('poll', t, 15, 20)),
    apart(track.resends, scale).map((t) => tick('resend', t, 0, 6)),
    ackT !== null && tick('ack', ackT, 3, 17),
    track.commits.map((t) => html`<circle class="commit" cx="${scale.percent(t)}" cy="10" r="3.2"/>`),
    seenT !== null && tick('seen', seenT, 1, 19),
    [...apart(track.failedSends, scale), ...(deniedT === null ? [] : [deniedT])].map((t) => cross(scale.percent(t))),
  ];
}

/** Ticks that lie too close to be told apart are drawn once: a call may be polled thousands of times. */
function apart(instants: readonly number[], { untilT }: TimeScale): readonly number[] {
  let last = Number.NEGATIVE_INFINITY;
  return instants.filter((t) => {
    if (t - last < untilT / PLACES) return false;
    last = t;
    return true;
  });
}

/** Work without an effect ended, at the latest, when the server went away, it was begun again or its end was seen. */
function cutOffT(
  track: CallTrack,
  { fromT, nextBegin }: CallTrack['runs'][number],
  down: readonly DownWindow[],
  scale: TimeScale,
): number {
  const crashT = down.find((window) => window.fromT >= fromT)?.fromT ?? scale.untilT;
  const seenT = track.seenT !== null && track.seenT > fromT ? track.seenT : scale.untilT;
  return Math.min(crashT, nextBegin, seenT);
}

function cross(x: string): Markup {
  return html`<svg x="${x}" width="1" height="1" class="cross"><path d="M-3.5 6.5l7 7m0-7l-7 7"/></svg>`;
}

function words(track: CallTrack): string {
  const at = (name: string, t: number | null) => (t === null ? `never ${name}` : `${name} at ${formatInstant(t)}`);
  const took =
    track.seenT !== null && track.sentT !== null ? `, ${formatMs((track.seenT - track.sentT) / 1e6)} in all` : '';
  return `${at('sent', track.sentT)}, ${at('acked', track.ackT)}, ${at('committed', track.commits[0] ?? null)}, ${at('seen finished', track.seenT)}, ${track.pollCount} polls${took}`;
}

function legend(): Markup {
  const sample = (shape: Markup, text: string) =>
    html`<li><svg width="30" height="${ROW_HEIGHT}" aria-hidden="true">${shape}</svg>${text}</li>`;
  return html`<ul class="legend gantt">
${sample(html`<rect class="asked" x="2" y="9" width="24" height="2"/><line class="ack" x1="26" x2="26" y1="3" y2="17"/>`, 'call sent, then its receipt')}
${sample(html`<rect class="held" x="2" y="8" width="26" height="4"/>`, 'receipt held, agent waits')}
${sample(html`<rect class="work" x="2" y="5" width="22" height="10"/><circle class="commit" cx="24" cy="10" r="3.2"/>`, 'work, then its effect committed')}
${sample(html`<rect class="cut" x="2" y="5" width="26" height="10"/>`, 'work without effect: cut off or failed')}
${sample(html`<rect class="lag" x="2" y="8" width="24" height="4"/><line class="seen" x1="26" x2="26" y1="1" y2="19"/>`, 'done, until its agent sees it')}
${sample(html`<line class="poll" x1="6" x2="6" y1="15" y2="20"/><line class="poll" x1="14" x2="14" y1="15" y2="20"/><line class="poll" x1="22" x2="22" y1="15" y2="20"/>`, 'polls: the agent asks')}
${sample(html`<line class="resend" x1="14" x2="14" y1="0" y2="6"/>`, 'call sent again')}
${sample(html`<svg x="14" width="1" height="1" class="cross"><path d="M-3.5 6.5l7 7m0-7l-7 7"/></svg>`, 'no receipt, or task denied')}
${sample(html`<rect class="away" x="6" y="0" width="20" height="20"/><line class="crash" x1="6" x2="6" y1="0" y2="20"/>`, 'server ends, and is away')}
</ul>`;
}

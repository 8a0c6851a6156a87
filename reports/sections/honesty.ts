import type { MetricValue } from '../../harness/model/metric-value.ts';
import { formatCount, formatMs, plural } from '../format.ts';
import { html, type Markup } from '../html.ts';
import type { ReportRun, Section } from '../report-run.ts';
import { chip, facts } from '../table.ts';

/** Later than this the harness is part of what it measures: the same bound as in the table of a load. */
const LATE_MS = 20;

/** How far the harness itself can be trusted in this run. */
export const honestySection: Section = {
  id: 'honesty',
  title: 'How good is this measurement?',
  label: 'Measurement',
  render({ run }) {
    const { history, verdict, plan } = run;
    const seenOnly = history.effects.filter((effect) => effect.seen === true).length;
    return html`${facts([
      ['Calls started late', trendText(verdict.metrics['generator-lateness'], LATE_MS)],
      ['Calls that were dropped', droppedText(run)],
      ['Our own event loop', trendText(verdict.metrics['event-loop-delay'], LATE_MS)],
      ['Our own share of a round trip', floorText(run)],
      [
        'History',
        `${plural(history.events.length, 'event')}${history.cut ? ', cut at the end: everything before it holds' : ', whole'}`,
      ],
      [
        'Recorded',
        plan.record === 'full'
          ? 'all messages with their text'
          : plan.record === 'heads'
            ? 'all messages without their text'
            : 'counts only: this run cannot be judged again, and reads that told nothing new are counted here, not drawn',
      ],
      [
        'Final reads',
        history.auditSeq === null
          ? 'never came: what stands at the end of the run is unknown'
          : 'every task was read again after the last fault',
      ],
      [
        'Effect times',
        history.effects.length === 0
          ? 'no effects seen'
          : seenOnly === 0
            ? `written by the server itself, ${formatCount(history.effects.length)}`
            : `${formatCount(seenOnly)} of ${formatCount(history.effects.length)} are when the line was seen, up to 5 ms late`,
      ],
      ['Clock', verdict.time === 'virtual' ? 'virtual' : 'monotonic, one for everything'],
      ...leftOut(run),
      ['Interrupted', verdict.interrupted ? 'yes' : 'no'],
    ])}
<p class="note">SIGKILL takes a process and its memory; what the operating system already has on its way to the disk survives. Loss of power is not tested here.</p>`;
  },
};

/** A tail with its samples, and a word where it is so long that the harness measures itself. */
function trendText(value: MetricValue | undefined, lateMs: number): Markup | string {
  if (value?.type !== 'trend' || value.count === 0) return 'not measured';
  const [name, tail] =
    value.p99 !== null ? ['p99', value.p99] : value.p95 !== null ? ['p95', value.p95] : ['at most', value.max];
  if (tail === null) return 'not measured';
  const text = `${name} ${formatMs(tail)}, max ${formatMs(value.max ?? tail)}, ${plural(value.count, 'sample')}`;
  return tail <= lateMs
    ? text
    : html`${text} ${chip('unknown', 'late')} so the latencies above are the harness’s own as well`;
}

/** Arrivals that an open load could not begin; work that is not begun is not waited for, either. */
function droppedText({ history, plan }: ReportRun): Markup | string {
  const dropped = history.gens.reduce((sum, { dropped: count }) => sum + (count ?? 0), 0);
  if (dropped > 0) return html`${formatCount(dropped)} ${chip('unknown', 'dropped')} and they count in no latency`;
  return plan.load.model === 'closed' ? 'none: an agent begins its next when the last is done' : 'none';
}

/** What the scenario wanted of this server and could not have, besides what stands with the faults, situations and thresholds. */
function leftOut({ plan }: ReportRun): readonly (readonly [string, string])[] {
  const missing = plan.notApplicable.filter(({ kind }) => kind === 'setting' || kind === 'work');
  return missing.length === 0
    ? []
    : [['Not as the scenario wants it', missing.map(({ id, reason }) => `${id}: ${reason}`).join('; ')]];
}

/** What the proxy adds to every request; stdio has none. */
function floorText({ history, plan }: ReportRun): string {
  if (plan.target.transport !== 'http') return 'not measured: over stdio there is no proxy';
  const data = history.notes.find(({ topic }) => topic === 'floor')?.data;
  const { directMs, proxiedMs, wireMs, count } = data ?? {};
  if (typeof directMs !== 'number' || typeof count !== 'number') return 'not measured';
  if (typeof wireMs === 'number') {
    return `${formatMs(Math.max(0, wireMs - directMs))}, with no proxy between: median ${formatMs(wireMs)} as an agent sends, reads and records it and ${formatMs(directMs)} bare, ${plural(count, 'round trip')} each to an echo, before the run`;
  }
  if (typeof proxiedMs !== 'number') return 'not measured';
  return `${formatMs(Math.max(0, proxiedMs - directMs))}: median ${formatMs(proxiedMs)} through the proxy and ${formatMs(directMs)} without, ${plural(count, 'round trip')} each to an echo, before the run`;
}

import type { Progress, Spread } from './progress-state.ts';

/** "31.2 s" */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** One plain line, for logs. */
export function progressLine(name: string, progress: Progress): string {
  const parts = [
    `${name} ${seconds(progress.elapsedMs)} ${progress.phase}`,
    `acked ${progress.acked}/${progress.calls}`,
    `settled ${progress.settled}`,
    `in flight ${progress.inFlight}`,
    `ack ${spread(progress.ack)}`,
    `lag ${spread(progress.lag)}`,
    `boot ${progress.boots}${progress.isServerUp ? '' : ' (down)'}`,
    `faults ${faults(progress)}`,
    `violations so far ${suspicions(progress)}`,
  ];
  return parts.join(' | ');
}

/** A block of lines that is redrawn in place. `width` is the terminal's. */
export function progressBlock(name: string, progress: Progress, width: number): string {
  const bar = progressBar(progress, Math.max(10, Math.min(40, width - 40)));
  const lines = [
    `${name}   ${seconds(progress.elapsedMs)}   ${progress.phase}`,
    `${bar}  acked ${progress.acked}, settled ${progress.settled} of ${progress.calls}, in flight ${progress.inFlight}`,
    `receipt after    ${spread(progress.ack)}`,
    `seen done after  ${spread(progress.lag)}`,
    `server           boot ${progress.boots}, ${progress.isServerUp ? 'up' : 'down'}`,
    `faults           ${faults(progress)}`,
    `violations       ${suspicions(progress)} so far`,
  ];
  return lines.map((line) => (line.length > width ? `${line.slice(0, Math.max(1, width - 1))}…` : line)).join('\n');
}

/** Settled in solid, acked and still open in light, the rest as dots. */
function progressBar({ calls, acked, settled }: Progress, width: number): string {
  const cells = (count: number) => (calls === 0 ? 0 : Math.min(width, Math.round((count / calls) * width)));
  const solid = cells(settled);
  const light = Math.max(0, cells(acked) - solid);
  return `${'█'.repeat(solid)}${'▒'.repeat(light)}${'·'.repeat(Math.max(0, width - solid - light))}`;
}

function spread({ count, p50, p95 }: Spread): string {
  if (p50 === null) return `- (n = ${count})`;
  const tail = p95 === null ? '' : `, p95 ${Math.round(p95)} ms`;
  return `p50 ${Math.round(p50)} ms${tail} (n = ${count})`;
}

function faults({ activeFaults, strikes }: Progress): string {
  const struck = Object.entries(strikes).map(([id, count]) => `${id}×${count}`);
  const now = activeFaults.slice(0, 6);
  if (activeFaults.length > now.length) now.push(`and ${activeFaults.length - now.length} more`);
  const active = now.length === 0 ? '' : `${struck.length === 0 ? '' : '; '}now ${now.join(' ')}`;
  return struck.length + now.length === 0 ? 'none yet' : `${struck.join(' ')}${active}`;
}

function suspicions({ suspicions: { lost, doubled } }: Progress): string {
  if (lost + doubled === 0) return '0';
  const parts = [lost > 0 ? `${lost} lost` : '', doubled > 0 ? `${doubled} doubled` : ''];
  return `${lost + doubled} (${parts.filter(Boolean).join(', ')})`;
}

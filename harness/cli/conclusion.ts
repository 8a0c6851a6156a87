import { EXIT } from '../model/exit-code.ts';
import type { CheckerVerdict, Finding, Verdict } from '../model/verdict.ts';
import { seconds } from './progress-text.ts';

/** One word for how a run ended, as it stands in every summary. */
export function verdictWord(verdict: Verdict): string {
  if (verdict.exitCode === EXIT.ours) return 'HARNESS FAULT';
  const word = verdict.valid === true ? 'valid' : verdict.valid === false ? 'VIOLATED' : 'unknown';
  const missed = verdict.valid !== false && verdict.exitCode === EXIT.threshold ? ', threshold missed' : '';
  return `${word}${missed}${verdict.interrupted ? ', interrupted' : ''}`;
}

/** The last lines of a run: verdict, why, and where to look; replay last, since that is what is copied. */
export function concludeRun(
  verdict: Verdict,
  places: { readonly directory: string; readonly report: string | null },
): string {
  const { target } = verdict;
  const server = target.server === null ? target.kind : `${target.server.name} ${target.server.version}`;
  const what = [server, target.dialect, target.transport, target.store].filter((part) => part !== null).join(', ');
  const isGood = verdict.exitCode === EXIT.valid;
  const lines = [
    `${verdict.scenario}: ${verdictWord(verdict)} (seed ${verdict.seed}, ${seconds(verdict.durationMs)}; ${what}, ${target.agents} agents)`,
    `  calls     ${callsLine(verdict)}`,
    `  faults    ${faultsLine(verdict)}`,
    ...leftOut(verdict).map((fault) => `  left out  ${fault}`),
    `  checkers  ${checkersLine(verdict)}`,
    ...reasons(verdict).map((reason) => `  ${reason}`),
    ...(isGood ? [] : [`  directory ${places.directory}`]),
    ...(places.report === null ? [] : [`  report    ${places.report}`]),
    ...(isGood ? [] : [`  replay    ${verdict.replay}`]),
  ];
  return lines.join('\n');
}

/** The first violation in one sentence, or null. */
export function firstFinding(verdict: Verdict): Finding | null {
  for (const checker of verdict.checkers) {
    const finding = checker.valid === false ? checker.findings[0] : undefined;
    if (finding) return finding;
  }
  return null;
}

/** Every reason why the exit code is not 0, the most important first. */
export function reasons(verdict: Verdict): string[] {
  if (verdict.notRun !== undefined) return [`not run   ${verdict.notRun}`];
  const violated = verdict.checkers.filter(({ valid }) => valid === false);
  const finding = firstFinding(verdict);
  const lines: string[] = [];
  if (violated.length > 0) lines.push(`violated  ${violated.map(nameOf).join('; ')}`);
  if (finding) lines.push(`first     ${finding.invariant}: ${finding.message} (events ${finding.events.join(', ')})`);
  for (const { expression, valid, value, applicable, reason } of verdict.thresholds) {
    if (valid === true || applicable === false) continue;
    const measured = value === null ? `nothing was measured${reason ? `: ${reason}` : ''}` : `it was ${value}`;
    lines.push(`threshold ${expression}: ${valid === false ? 'missed' : 'unknown'}, ${measured}`);
  }
  for (const checker of verdict.checkers) {
    if (checker.valid === 'unknown')
      lines.push(`unknown   ${nameOf(checker)} (${checker.reason ?? 'no reason given'})`);
  }
  for (const { id, required, reached, applicable } of verdict.coverage) {
    if (required && reached === 0 && applicable !== false)
      lines.push(`unknown   the situation '${id}' was not reached`);
  }
  return lines;
}

function nameOf({ id, title, invariants }: CheckerVerdict): string {
  return `${invariants.length > 0 ? invariants.join(', ') : id}: ${title}`;
}

function callsLine({ fates, phantom }: Verdict): string {
  const counts = Object.entries(fates).filter(([, count]) => count > 0);
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  const parts = counts.sort(([, a], [, b]) => b - a).map(([fate, count]) => `${count} ${fate}`);
  return `${total}: ${parts.join(', ') || 'none'}${phantom > 0 ? `; ${phantom} phantom effects` : ''}`;
}

function faultsLine({ faults }: Verdict): string {
  const planned = faults.filter(({ applicable, planned }) => applicable !== false && planned > 0);
  const parts = planned.map(({ id, name, verified, planned: count }) => `${id} ${name} ${verified}/${count}`);
  return parts.join(', ') || 'none planned';
}

/** Faults that the target makes impossible: whoever asked for them must not take their absence for a pass. */
function leftOut({ faults }: Verdict): string[] {
  return faults.flatMap(({ id, name, applicable, reason }) =>
    applicable === false ? [`${id} ${name}: ${reason ?? 'not applicable'}`] : [],
  );
}

function checkersLine({ checkers }: Verdict): string {
  const count = (valid: CheckerVerdict['valid']) => checkers.filter((checker) => checker.valid === valid).length;
  const parts: readonly (readonly [number, string])[] = [
    [count(true), 'hold'],
    [count(false), 'violated'],
    [count('unknown'), 'unknown'],
    [count('not-applicable'), 'not applicable'],
  ];
  return parts.flatMap(([number, word]) => (number > 0 ? [`${number} ${word}`] : [])).join(', ');
}

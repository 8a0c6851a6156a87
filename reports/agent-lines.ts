import { groupBy } from '../harness/model/grouping.ts';
import type { ChartData } from './chart-data.ts';

const TONES = 8;
const MARKS = 4;

export interface AgentLine {
  readonly agent: string;
  readonly points: readonly (readonly [number, number])[];
}

/**
 * One line of a chart for each agent, in a colour and with a mark that no two of 32 share and that it has in every chart; the
 * second to have a colour has it dashed. Agents with the same points share the line of the first.
 */
export function agentLines(lines: readonly AgentLine[], agents: readonly string[]): ChartData['series'] {
  return alike(lines).flatMap((group): ChartData['series'] => {
    const [first, ...others] = group;
    if (first === undefined) return [];
    const place = Math.max(0, agents.indexOf(first.agent));
    const round = Math.floor(place / TONES);
    const label = others.length === 0 ? first.agent : `${first.agent} (and ${others.length} alike)`;
    const style = {
      tone: (place + round) % TONES,
      mark: place % MARKS,
      ...(round % 2 === 1 && { dashed: true as const }),
    };
    return [{ label, ...style, joined: true, points: first.points }];
  });
}

/** Who shares whose line, in a sentence; empty: each has one of its own. */
export function alikeText(lines: readonly AgentLine[]): string {
  const shared = alike(lines).filter(({ length }) => length > 1);
  const clauses = shared.map(
    ([first, ...others]) => `${first?.agent} and ${others.map(({ agent }) => agent).join(', ')}`,
  );
  return clauses.length === 0 ? '' : `The same line is that of ${clauses.join('; that of ')}.`;
}

function alike(lines: readonly AgentLine[]): readonly (readonly AgentLine[])[] {
  const drawn = lines.filter(({ points }) => points.length > 0);
  return [...groupBy(drawn, ({ points }) => JSON.stringify(points)).values()];
}

import type { ChartData } from './chart-data.ts';

const TONES = 8;

/** One line of a chart for each agent, in a colour and with a mark that no two of 32 share and that it has in every chart. */
export function agentLines(
  lines: readonly { readonly agent: string; readonly points: readonly (readonly [number, number])[] }[],
  agents: readonly string[],
): ChartData['series'] {
  return lines
    .filter(({ points }) => points.length > 0)
    .map(({ agent, points }) => {
      const place = Math.max(0, agents.indexOf(agent));
      const tone = (place + Math.floor(place / TONES)) % TONES;
      return { label: agent, tone, mark: place % 4, joined: true, points };
    });
}

import { describe, expect, it } from 'vitest';
import { agentLines, alikeText } from './agent-lines.ts';

const AGENTS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'];
const rising = [
  [0, 0],
  [1, 1],
] as const;
const lines = [
  { agent: 'a', points: rising },
  { agent: 'b', points: [] },
  { agent: 'c', points: rising },
  { agent: 'i', points: [[0, 1]] as const },
];

describe('the lines of agents', () => {
  it('are one for all who have the same points, and none for who has none', () => {
    expect(agentLines(lines, AGENTS)).toEqual([
      { label: 'a (and 1 alike)', tone: 0, mark: 0, joined: true, points: rising },
      { label: 'i', tone: 1, mark: 0, dashed: true, joined: true, points: [[0, 1]] },
    ]);
    expect(alikeText(lines)).toBe('The same line is that of a and c.');
    expect(alikeText(lines.slice(0, 2))).toBe('');
  });

  it('are told apart by colour, mark and dashes among all agents that there are', () => {
    const many = Array.from({ length: 32 }, (_, place) => String(place));
    const all = agentLines(
      many.map((agent, place) => ({ agent, points: [[0, place]] as const })),
      many,
    );
    expect(new Set(all.map(({ tone, mark }) => JSON.stringify([tone, mark]))).size).toBe(32);
  });
});

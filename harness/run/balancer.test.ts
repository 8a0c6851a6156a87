import { expect, it } from 'vitest';
import { createRoundRobin, onlyUpstream, type Upstream } from './balancer.ts';

function upstream(process: string): Upstream {
  return { process, url: new URL('http://127.0.0.1:1/mcp'), gate: { passage: async () => false } };
}

it('sends each request to the next process, and names the others for when nobody listens there', () => {
  const balancer = createRoundRobin(() => ['a', 'b', 'c'].map(upstream));
  const routes = Array.from({ length: 4 }, () => balancer.route().map(({ process }) => process));
  expect(routes).toEqual([
    ['a', 'b', 'c'],
    ['b', 'c', 'a'],
    ['c', 'a', 'b'],
    ['a', 'b', 'c'],
  ]);
});

it('follows processes that come and go', () => {
  const processes = ['a', 'b'];
  const balancer = createRoundRobin(() => processes.map(upstream));
  balancer.route();
  processes.splice(0, 1, 'c', 'd');
  expect(balancer.route()[0]?.process).toBe('d');
  processes.length = 0;
  expect(() => balancer.route()).toThrow('got none');
});

it('knows one process by its address alone', () => {
  const [only] = onlyUpstream(new URL('http://127.0.0.1:7/mcp')).route();
  expect([only?.process, only?.url.port]).toEqual([null, '7']);
});

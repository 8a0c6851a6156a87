import { expect, test } from 'vitest';
import { createServer } from './server.ts';
import { createSilentLog } from './telemetry/log.ts';
import { postModern } from './testing/modern-client.ts';

test('a caller who polls too often gets 429 with Retry-After and the exact time, and is counted', async () => {
  const config = {
    state: { store: 'memory' },
    polling: { perSecondMax: 0.5, burst: 1 },
    observability: { metrics: true },
  };
  await using server = await createServer({ config, log: createSilentLog() });
  await server.start();
  const poll = () => postModern(server.url, 'tasks/get', { taskId: 'none' });
  expect((await poll()).body).toMatchObject({ error: { code: -32_602 } });
  const refused = await poll();
  expect(refused.status).toBe(429);
  expect(refused.headers.get('retry-after')).toBe('2');
  expect(refused.body).toMatchObject({ error: { code: -32_000, data: { reason: 'rate-limited' } } });
  const metrics = await fetch(new URL('/metrics', server.url));
  expect(await metrics.text()).toMatch(/_polls_total\{answer="rate-limited"\} 1\n/);
});

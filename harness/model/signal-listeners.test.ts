import { expect, it } from 'vitest';
import { createSignalListeners } from './signal-listeners.ts';

it('tells everybody who still waits, once, through a single listener', () => {
  const controller = new AbortController();
  let listenerCount = 0;
  const { addEventListener } = controller.signal;
  controller.signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
    listenerCount += 1;
    addEventListener.apply(controller.signal, args);
  };
  const { listen } = createSignalListeners();
  const told: string[] = [];
  const tell = () => told.push('twice');
  listen(controller.signal, tell);
  listen(controller.signal, tell);
  const forget = listen(controller.signal, () => told.push('forgotten'));
  forget();
  controller.abort();
  expect(told).toEqual(['twice', 'twice']);
  expect(listenerCount).toBe(1);
});

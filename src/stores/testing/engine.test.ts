import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { ENGINES, readAddresses } from '../connection.ts';
import { connectionTo, describeOn, startEngine } from './engine.ts';

describeOn('redis', 'an engine for a suite', () => {
  test('is shared, each with a prefix of its own', async () => {
    const [one, other] = await Promise.all([connectionTo('redis'), connectionTo('redis')]);
    expect(one.url).toBe(other.url);
    expect(one.prefix).not.toBe(other.prefix);
    await expect(dial(one.url)).resolves.toBe('connected');
  });

  test('of its own can be struck, and comes back where it was', async () => {
    await using engine = await startEngine('redis', 'snapshots');
    expect(engine.url).not.toBe((await connectionTo('redis')).url);
    await engine.kill();
    await expect(dial(engine.url)).resolves.toBe('ECONNREFUSED');
    await engine.restart();
    await expect(dial(engine.url)).resolves.toBe('connected');
    await expect(engine.restart()).rejects.toThrow(/expected redis to be down/);
  });
});

test('every engine has a variable of its own', () => {
  const variables = Object.values(ENGINES).map(({ variable }) => variable);
  expect(new Set(variables).size).toBe(variables.length);
});

function dial(url: string | undefined): Promise<string> {
  const [address] = readAddresses('redis', url);
  return new Promise((resolve) => {
    const socket = connect({ host: address?.hostname, port: Number(address?.port) });
    socket.once('connect', () => resolve('connected')).once('error', (error) => resolve(Reflect.get(error, 'code')));
    socket.once('connect', () => socket.destroy());
  });
}

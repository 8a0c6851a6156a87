import { generate } from './generator.ts';
import { type FromGenerator, toGeneratorSchema } from './message.ts';

// The program of one generator that another process started: it ends with that process, whatever becomes of it.
const gone = new AbortController();
const send = process.send?.bind(process);
if (send === undefined) throw new Error('expected to be started with a channel to the process that divides the load');
process.once('disconnect', () => {
  gone.abort(new Error('whoever divides the load is gone'));
  process.exit(0);
});
// A Ctrl-C at the terminal reaches the whole group: who divides the load decides what becomes of it.
process.on('SIGINT', () => {});

await generate({
  say: (message: FromGenerator) =>
    new Promise((resolve, reject) => {
      send(message, undefined, undefined, (error: Error | null) => (error ? reject(error) : resolve()));
    }),
  onMessage(listener) {
    process.on('message', (value) => listener(toGeneratorSchema.parse(value)));
  },
  signal: gone.signal,
});
process.disconnect?.();

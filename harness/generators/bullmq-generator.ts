import { linkSignals } from '../model/linked-signal.ts';
import { generate } from './generator.ts';
import { createInlet } from './link.ts';
import { connectTo, jobSchema, type LoadJob, loadQueuePackages, QUEUE, WORKER_OPTIONS } from './load-queue.ts';
import { type FromGenerator, type ToGenerator, toGeneratorSchema } from './message.ts';
import { createSender, lineKeys, readLine } from './redis-line.ts';

/** Takes shares of loads from the queue, one after another, until the signal is aborted. Throws a UsageError when Redis is not there. */
export async function generateFromQueue(options: {
  readonly url: string;
  readonly signal: AbortSignal;
  readonly onShare: (what: { readonly run: string; readonly index: number; readonly phase: 'taken' | 'done' }) => void;
}): Promise<void> {
  const { url, signal, onShare } = options;
  const { Worker } = await loadQueuePackages();
  const connection = await connectTo(url);
  const worker = new Worker<LoadJob>(
    QUEUE,
    async ({ data }) => {
      const share = jobSchema.parse(data);
      onShare({ ...share, phase: 'taken' });
      await generateShare({ url, signal, share });
      onShare({ ...share, phase: 'done' });
    },
    { ...WORKER_OPTIONS, connection },
  );
  worker.on('error', () => {}); // It connects again by itself; a share that is lost by it is told by who divided the load.
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await worker.close(true);
  connection.disconnect();
}

async function generateShare(options: {
  readonly url: string;
  readonly signal: AbortSignal;
  readonly share: LoadJob;
}): Promise<void> {
  const { url, signal, share } = options;
  const { toGenerator, fromGenerator } = lineKeys(share.run, share.index);
  const sender = await connectTo(url);
  const reader = await connectTo(url);
  const over = new AbortController();
  using ending = linkSignals(signal, over.signal);
  const inlet = createInlet<ToGenerator>();
  const reading = readLine({
    ...{ redis: reader, key: toGenerator, schema: toGeneratorSchema, signal: ending.signal },
    onMessage: inlet.deliver,
  }).catch(() => {}); // It is cut when all is said; before, nobody says anything any more, and that wait has a limit.
  try {
    const say = createSender<FromGenerator>(sender, fromGenerator);
    await generate({ say, onMessage: inlet.onMessage, signal });
  } finally {
    over.abort();
    reader.disconnect();
    await reading;
    sender.disconnect();
  }
}

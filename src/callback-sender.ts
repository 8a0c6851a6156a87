import type { Config } from './config.ts';
import type { CallbackSender } from './tasks/callbacks.ts';
import type { TaskRecord } from './tasks/task.ts';
import { refusedUrl, sendWebhook } from './transports/webhook.ts';

export interface CallbackChannel {
  readonly sender: CallbackSender;
  /** What is wrong with an address, as far as can be seen at once; undefined: nothing. */
  refused(url: string): string | undefined;
}

export interface CallbackChannelOptions {
  readonly config: Config['callbacks'];
  /** ms since the epoch */
  readonly now: () => number;
  /** A task as a read of it would show it: a callback says the same. */
  readonly show: (task: TaskRecord) => Readonly<Record<string, unknown>>;
}

/** Callbacks as signed webhooks; undefined: there is no secret to sign with, and nobody is told. */
export function createCallbackChannel({ config, now, show }: CallbackChannelOptions): CallbackChannel | undefined {
  const { secret: text, allowPrivate, timeoutMs } = config;
  if (text === undefined) return undefined;
  const options = { secret: Buffer.from(text.slice('whsec_'.length), 'base64'), allowPrivate, timeoutMs, now };
  return {
    refused: (url) => refusedUrl(url, allowPrivate),
    sender: {
      send(task, id, signal) {
        const data = show(task);
        const timestamp = new Date(task.endedAt ?? task.updatedAt).toISOString();
        const body = JSON.stringify({ type: `task.${String(data.status)}`, timestamp, data });
        return sendWebhook({ id, url: task.callback?.url ?? '', body }, options, signal);
      },
    },
  };
}

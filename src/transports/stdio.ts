/** One JSON message a line over a pair of pipes: one client, one conversation, answers in the order they are ready. */
import { Buffer } from 'node:buffer';
import type { Readable, Writable } from 'node:stream';
import { createLineSplitter } from './line-splitter.ts';
import { createStdioConversation, LINE_BYTES_MAX } from './stdio-conversation.ts';
import { CLOSE_MS_MAX, type Transport, type TransportOptions } from './transport.ts';

export interface StdioOptions extends TransportOptions {
  readonly input: Readable;
  /** Gets protocol messages and nothing else. */
  readonly output: Writable;
}

const LAST_ANSWERS_MS_MAX = 250; // after the end of input: time for answers under way, none for waiting ones

export function createStdioTransport(options: StdioOptions): Transport {
  const { input, output } = options;
  let isClosing = false;
  let onClosed: () => void = () => {};
  const closed = new Promise<void>((resolve) => {
    onClosed = resolve;
  });
  const { inFlight, receive } = createStdioConversation(options, (line) => {
    if (output.writable && !output.write(`${line}\n`)) input.pause(); // resumed by 'drain'
  });
  const lines = createLineSplitter(LINE_BYTES_MAX, receive);
  const onData = (chunk: Buffer | string): void => lines.push(Buffer.from(chunk));
  const onDrain = (): void => {
    if (!isClosing) input.resume();
  };
  const detach = (): void => {
    isClosing = true;
    input.off('data', onData).off('end', onEnd).off('close', onEnd);
    output.off('drain', onDrain);
    input.pause();
  };
  const onEnd = async (): Promise<void> => {
    if (isClosing) return;
    lines.end();
    detach();
    await inFlight.settled(LAST_ANSWERS_MS_MAX);
    inFlight.abortAll('disconnected');
    onClosed();
  };
  const onBroken = (error: Error): void => {
    options.onError?.(error);
    void onEnd();
  };
  return {
    url: undefined,
    closed,
    async start() {
      // The error listeners stay: a pipe may break after the end, and nobody else listens.
      input.on('error', onBroken);
      output.on('error', onBroken).on('drain', onDrain);
      input.on('data', onData).on('end', onEnd).on('close', onEnd);
    },
    async close(withinMs = CLOSE_MS_MAX) {
      if (!isClosing) {
        detach();
        inFlight.abortAll('shutdown');
        await inFlight.settled(withinMs);
        onClosed();
      }
      await closed;
    },
  };
}

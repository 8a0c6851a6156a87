import { Buffer } from 'node:buffer';
import type { IncomingMessage } from 'node:http';

/** The whole body as text; 'too-large' once it passes the limit, the rest unread. Rejects when the client goes away first. */
export function readBody(request: IncomingMessage, bytesMax: number): Promise<string | 'too-large'> {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > bytesMax) return Promise.resolve('too-large');
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > bytesMax) {
        request.pause();
        request.removeAllListeners('data');
        resolve('too-large');
      } else {
        chunks.push(chunk);
      }
    });
    request.on('end', () => resolve(textOf(chunks)));
    request.on('error', reject);
    // Every request closes in the end; an error is made for those alone that were not complete.
    request.on('close', () => {
      if (!request.complete) reject(new Error('the client went away'));
    });
  });
}

/** Most bodies come in one piece. */
function textOf(chunks: readonly Buffer[]): string {
  const [only] = chunks;
  return (chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks)).toString('utf8');
}

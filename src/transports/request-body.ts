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
    request.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    request.on('error', reject);
    request.on('close', () => reject(new Error('the client went away')));
  });
}

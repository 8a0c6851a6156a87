import { isHeaderText } from './envelope.ts';
import type { RequestText } from './http-connection.ts';
import type { HttpHeaders } from './wire.ts';

const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** Writes POSTs to one address. Throws when a header cannot be sent as it is. */
export function createRequestWriter(url: URL, base: HttpHeaders): (text: string, extra?: HttpHeaders) => RequestText {
  const opening = `POST ${url.pathname}${url.search} HTTP/1.1\r\nhost: ${url.host}\r\nconnection: keep-alive\r\n`;
  const usual = `${opening}${linesOf(base)}`;
  return (text, extra = {}) => {
    const isOver = Object.keys(extra).some((name) => Object.hasOwn(base, name));
    const head = isOver ? `${opening}${linesOf({ ...base, ...extra })}` : `${usual}${linesOf(extra)}`;
    const bytes = Buffer.byteLength(text);
    // One piece, and of one byte a character: the system is called once, and nothing is encoded.
    return { text: `${head}content-length: ${bytes}\r\n\r\n${text}`, isPlain: bytes === text.length };
  };
}

function linesOf(headers: HttpHeaders): string {
  let lines = '';
  for (const name in headers) {
    const value = headers[name] ?? '';
    if (!NAME.test(name) || !isHeaderText(value)) {
      // Without the value: it may be a secret.
      throw new Error(
        `the header ${name} cannot be sent: its name or its value has characters that no header may have`,
      );
    }
    lines += `${name}: ${value}\r\n`;
  }
  return lines;
}

import { UsageError } from '../model/usage-error.ts';

/**
 * Splits a command line into words like a POSIX shell, without running one: blanks separate, single quotes keep
 * everything, double quotes keep all but `\"`, `\\`, `\$` and `` \` ``, a backslash outside quotes keeps the next
 * character. A `{{placeholder}}` is never split. Nothing is expanded. Throws a UsageError for an unfinished quote.
 */
export function splitCommandLine(line: string): string[] {
  const words: string[] = [];
  let word: string | null = null;
  let at = 0;
  while (at < line.length) {
    const piece = nextPiece(line, at);
    at = piece.end;
    if (piece.text !== null) word = (word ?? '') + piece.text;
    else if (word !== null) {
      words.push(word);
      word = null;
    }
  }
  if (word !== null) words.push(word);
  if (words.length === 0) throw new UsageError('The command is empty; expected a program and its arguments.');
  return words;
}

/** A stretch of text that belongs to a word, or null for blanks between words. */
interface Piece {
  readonly text: string | null;
  readonly end: number;
}

function nextPiece(line: string, at: number): Piece {
  const char = line.charAt(at);
  if (/\s/.test(char)) return { text: null, end: at + 1 };
  if (char === "'" || char === '"') return quoted(line, at, char);
  if (char === '\\') {
    if (at + 1 === line.length) throw new UsageError(`The command ends with a backslash: ${line}`);
    return { text: line.charAt(at + 1), end: at + 2 };
  }
  if (line.startsWith('{{', at)) {
    const close = line.indexOf('}}', at);
    if (close !== -1) return { text: line.slice(at, close + 2), end: close + 2 };
  }
  return { text: char, end: at + 1 };
}

function quoted(line: string, start: number, quote: string): Piece {
  let text = '';
  for (let at = start + 1; at < line.length; at += 1) {
    const char = line.charAt(at);
    if (char === quote) return { text, end: at + 1 };
    const escapes = quote === '"' && char === '\\' && '"\\$`'.includes(line.charAt(at + 1) || ' ');
    if (escapes) at += 1;
    text += line.charAt(at);
  }
  throw new UsageError(`The command has a ${quote} that is never closed: ${line}`);
}

/** Takes what is secret out of a text that is kept or shown. */
export type Redaction = (text: string) => string;

export const REDACTED = '[redacted]';

/** A shorter secret stands in too many texts that have nothing to do with it. */
const SECRET_CHARS_MIN = 6;
/** Headers that carry credentials, as programs log them: the name, a separator, perhaps a scheme, and what is not to be kept. */
const CREDENTIALS =
  /\b((?:proxy-)?authorization|x-api-key|api-key|set-cookie|cookie)(["']?\s*[:=]\s*["']?)((?:bearer|basic|token)\s+)?[^\s"',;]+/gi;

/**
 * Takes these values out, wherever they stand: as they are, and as JSON writes them, once and inside another text of JSON.
 * null: there is none that could be told from other text.
 */
export function createRedaction(secrets: readonly string[]): Redaction | null {
  const forms = new Set(
    secrets
      .filter(({ length }) => length >= SECRET_CHARS_MIN)
      .flatMap((secret) => [secret, escaped(secret), escaped(escaped(secret))]),
  );
  if (forms.size === 0) return null;
  // The longest first: one secret may begin with another.
  const longestFirst = [...forms].sort((a, b) => b.length - a.length);
  const any = new RegExp(longestFirst.map((form) => form.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')).join('|'), 'g');
  return (text) => text.replaceAll(any, REDACTED);
}

/** Takes out of a line that a program logged what its headers carry. */
export function withoutCredentials(line: string): string {
  return line.replaceAll(CREDENTIALS, (_whole, name: string, separator: string, scheme: string | undefined) => {
    return `${name}${separator}${scheme ?? ''}${REDACTED}`;
  });
}

/** Values of the variables that a text asks for by `{{env.NAME}}`, and of those whose own name says what they are. */
export function secretsIn(text: string, env: Readonly<Record<string, string | undefined>>): string[] {
  const asked = [...text.matchAll(/\{\{\s*env\.(\w+)/g)].flatMap(([, name]) => (name === undefined ? [] : [name]));
  const ours = Object.keys(env).filter((name) => OURS.test(name));
  return [...new Set([...asked, ...ours])].flatMap((name) => env[name] ?? []);
}

const OURS = /^CLAIMCHECK_\w*(SECRET|TOKEN|PASSWORD|KEY)\b/;

function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

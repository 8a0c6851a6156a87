/** "4,312" */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** "21,560 a minute" */
export function perMinute(rate: number): string {
  return `${count(rate)} a minute`;
}

/** "1 fault", "2 faults" */
export function several(number: number, noun: string): string {
  return `${count(number)} ${noun}${number === 1 ? '' : 's'}`;
}

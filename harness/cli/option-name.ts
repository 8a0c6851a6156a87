/** How the command line writes the option of this flag: maxRuns is --max-runs. */
export function optionName(flag: string): string {
  return `--${flag.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

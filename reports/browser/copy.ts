/** Shows the copy buttons, which do nothing without a script, and makes them work. */
export function setUpCopy(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-copy]')) {
    const source = document.getElementById(button.dataset.copy ?? '');
    if (source === null) continue;
    button.hidden = false;
    button.addEventListener('click', async () => {
      button.textContent = (await copied(source)) ? 'Copied' : 'Selected: press Ctrl+C';
    });
  }
}

/** A file opened from disk may not be allowed to write to the clipboard: then the text is selected instead. */
async function copied(source: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(source.textContent ?? '');
    return true;
  } catch {
    getSelection()?.selectAllChildren(source);
    return false;
  }
}

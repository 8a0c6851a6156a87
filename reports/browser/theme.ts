const ORDER = ['auto', 'light', 'dark'] as const;

/** A button that goes through the system's choice, light and dark. The choice lives as long as the page. */
export function setUpTheme(changed: () => void): void {
  const button = document.querySelector<HTMLButtonElement>('#theme');
  if (button === null) return;
  let index = 0;
  const show = () => {
    const choice = ORDER[index % ORDER.length] ?? 'auto';
    if (choice === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = choice;
    button.textContent = `Theme: ${choice}`;
  };
  button.hidden = false;
  show();
  button.addEventListener('click', () => {
    index += 1;
    show();
    changed();
  });
  // Paper is light, and what is drawn already would stay as it was drawn.
  window.addEventListener('beforeprint', () => {
    document.documentElement.dataset.theme = 'light';
    changed();
  });
  window.addEventListener('afterprint', () => {
    show();
    changed();
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', changed);
}

/** Opens every fold around the element that the address points to, and brings it into view. */
export function openTarget(): void {
  const id = decodeURIComponent(location.hash.slice(1));
  const target = id === '' ? null : document.getElementById(id);
  if (target === null) return;
  target.querySelector(':scope > details')?.setAttribute('open', '');
  for (let fold = target.closest('details'); fold !== null; fold = fold.parentElement?.closest('details') ?? null) {
    fold.open = true;
  }
  target.scrollIntoView({ block: 'start' });
}

/** What a hostile server might send; it must stand in a report as text. */
export const HOSTILE = '</script><img src=x onerror="document.title=\'owned\'">\u2028<svg onload=alert(1)>';

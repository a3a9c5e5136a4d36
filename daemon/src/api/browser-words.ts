/** In the order in which they have to be looked for: most name others besides themselves. */
const browsers: readonly [RegExp, string][] = [
  [/\bYaBrowser\//, 'Yandex Browser'],
  [/\bEdgA?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\bFirefox\/|\bFxiOS\//, 'Firefox'],
  [/Chrom(?:e|ium)\/|\bCriOS\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
];

const systems: readonly [RegExp, string][] = [
  [/\b(?:iPhone|iPad|iPod)\b/, 'iOS'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
];

/** What a User-Agent header says in two words; empty for one that says nothing known. Nothing of it is passed on as it came. */
export function browserWords(agent: string): string {
  const found = (list: readonly [RegExp, string][]): string[] => {
    const hit = list.find(([sign]) => sign.test(agent.slice(0, 512)));
    return hit ? [hit[1]] : [];
  };
  return [...found(browsers), ...found(systems)].join(', ');
}

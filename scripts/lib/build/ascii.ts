/**
 * A script that means the same, in ASCII alone: escapes what a bundler leaves in regular expressions and comments. A
 * single character beyond Latin-1 makes V8 keep the whole file with two bytes a character.
 */
export const ascii = (script: string): string =>
  script.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

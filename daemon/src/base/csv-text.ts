/** A row of a table, and on which line of the file it began, from 1. */
export interface CsvRow {
  line: number;
  cells: string[];
}

/** Text of a file: UTF-8, or what Windows wrote in Russian. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1251').decode(bytes);
  }
}

/** The rows of a table (RFC 4180), with whatever separator its first line has: a semicolon, a tab or a comma. */
export function csvRows(text: string): CsvRow[] {
  const firstLine = text.slice(0, text.search(/[\r\n]|$/));
  const separator = [';', '\t', ','].find((mark) => firstLine.includes(mark)) ?? ';';
  const rows: CsvRow[] = [];
  let line = 1;
  let row: CsvRow | undefined;
  let cell = '';
  let quoted = false;
  const end = (): void => {
    row ??= { line, cells: [] };
    row.cells.push(cell);
    cell = '';
  };
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    row ??= { line, cells: [] };
    if (char === '\n') line++;
    if (quoted) {
      if (char !== '"') cell += char;
      else if (text[i + 1] === '"') cell += text[++i];
      else quoted = false;
    } else if (char === '"' && cell.trim() === '') {
      quoted = true;
      cell = '';
    } else if (char === separator) end();
    else if (char === '\n') {
      end();
      rows.push(row);
      row = undefined;
    } else if (char !== '\r') cell += char;
  }
  if (row) {
    end();
    rows.push(row);
  }
  return rows;
}

/** The title of a column as it is compared: spaces, signs and case do not count. */
export const columnName = (cell: string): string => cell.toLowerCase().replace(/[\s_.,()-]/g, '');

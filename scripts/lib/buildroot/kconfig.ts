/** What a Config.in says, as far as it is checked here (Buildroot manual, "Config files"). */
export interface ConfigFile {
  symbols: string[];
  /** Symbols named in `depends on`, `select` and `default`. */
  used: string[];
  /** Paths of `source`, as written. */
  sourced: string[];
  faults: string[];
}

const KEYWORDS =
  /^(config|menuconfig|choice|endchoice|menu|endmenu|if|endif|comment|source|mainmenu|bool|string|int|hex|tristate|default|depends on|select|prompt|range|visible if)\b/;

/** Reads a Config.in line by line. Faults are told by line. */
export function readConfigIn(text: string): ConfigFile {
  const file: ConfigFile = { symbols: [], used: [], sourced: [], faults: [] };
  const lines = text.replace(/\\\n\s*/g, ' ').split('\n');
  let inHelp = false;
  for (const [index, line] of lines.entries()) {
    const fault = (what: string): void => void file.faults.push(`line ${index + 1}: ${what}`);
    if (line.trim() === '' || line.trim().startsWith('#')) continue;
    if (/\s$/.test(line)) fault('ends in white space');
    // Help goes on as long as lines are indented deeper than the attribute "help".
    if (inHelp && line.startsWith('\t  ')) {
      if (line.length > 75) fault('help is wider than 72 columns');
      continue;
    }
    inHelp = line === '\thelp';
    if (inHelp) continue;
    const word = line.trim();
    if (!KEYWORDS.test(word)) fault(`"${word}" is no Kconfig`);
    const config = /^(?:menu)?config (\S+)$/.exec(line);
    if (config?.[1]) file.symbols.push(config[1]);
    const source = /^source "(.+)"$/.exec(word);
    if (source?.[1]) file.sourced.push(source[1]);
    const quotes = word.split('"').length - 1;
    if (quotes % 2 === 1) fault('a quotation mark is missing');
    const code = word.replace(/"[^"]*"/g, '').replace(/#.*/, '');
    if (/^(depends on|select|default|if)\b/.test(code)) file.used.push(...(code.match(/\bBR2_\w+/g) ?? []));
  }
  return file;
}

/** One line of a defconfig. */
export interface Setting {
  symbol: string;
  /** `y`, a text without its quotation marks, a number; undefined: "is not set". */
  value: string | undefined;
}

/** Reads a defconfig. @throws Error at a line that savedefconfig would never write */
export function readDefconfig(text: string): Setting[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => {
      const unset = /^# (BR2_\w+) is not set$/.exec(line);
      if (unset?.[1]) return { symbol: unset[1], value: undefined };
      const set = /^(BR2_\w+)=(?:"(.*)"|(y|-?\d+))$/.exec(line);
      if (!set?.[1]) throw new Error(`"${line}" is no line of a defconfig`);
      return { symbol: set[1], value: set[2] ?? set[3] };
    });
}

/**
 * Buildroot's menus in their order, by what the symbols of each begin with (its Config.in): savedefconfig writes in this
 * order. Within packages the order is the menus', which only Buildroot knows.
 */
const MENUS: readonly RegExp[] = [
  /^BR2_(aarch64|cortex_\w+|ARM_\w+)$/,
  /^BR2_TOOLCHAIN_/,
  /^BR2_(DOWNLOAD|GLOBAL_PATCH|DL_DIR|CCACHE|OPTIMIZE|SSP|PER_PACKAGE|REPRODUCIBLE)/,
  /^BR2_(TARGET_GENERIC|TARGET_ENABLE|TARGET_TZ|TARGET_LOCALTIME|INIT|ROOTFS|SYSTEM)/,
  /^BR2_LINUX_KERNEL/,
  /^BR2_PACKAGE_(?!HOST_|LINEGATE)/,
  /^BR2_TARGET_ROOTFS/,
  /^BR2_TARGET_(UBOOT|ARM_TRUSTED)/,
  /^BR2_PACKAGE_HOST_/,
  /^BR2_PACKAGE_LINEGATE/,
];

/** In which menu of Buildroot a symbol stands, -1: unknown here. */
export const menuOf = (symbol: string): number => MENUS.findIndex((pattern) => pattern.test(symbol));

import type { Said } from '../api/contract.ts';
import type { LineFigure, LineTestResult } from '../api/line-test.ts';
import type { CountryProfile } from '../media/dsp/profile.ts';
import type { PairFigures } from '../port/line-test.ts';

/** The largest figure that the link can tell: that or more (hw/protocol/frame.md section 4). */
const largest = 6553.5;
/** The card rings 3 ringer equivalents at 60 V and more; less than a sixth is no telephone (GR-909 ringers test: 0.175). */
const ringers = { none: 0.175, most: 3 };
/** A healthy pair: foreign voltage and insulation as GR-909 wants them, V and kilohms. */
const healthy = { foreignVolts: 6, kohm: 150 };
/** Our own battery, and the loop that it can feed with 18 mA, V and ohms. */
const battery = { least: 40, most: 58 };
const loop = { short: 30, longest: 1000 };
/** Trans-hybrid loss from which the canceller has an easy life, and below which it cannot work well, dB. */
const echo = { good: 12, least: 6 };

type Item = LineFigure['item'];
type Judgement = Pick<LineFigure, 'verdict' | 'meaning' | 'cure'>;

const good: Judgement = { verdict: 'good' };
const bad = (meaning: Said, cure: Said): Judgement => ({ verdict: 'bad', meaning, cure });
const doubtful = (meaning: Said, cure: Said): Judgement => ({ verdict: 'doubtful', meaning, cure });

interface Row {
  item: Item;
  name: Said;
  unit: Said;
  usual: Said;
  judge(value: number): Judgement;
}

/** The rows of a telephone's socket. */
function telephoneRows(): Row[] {
  return [
    {
      item: 'foreign-voltage',
      name: { ru: 'Чужое напряжение', en: 'Foreign voltage' },
      unit: volts,
      usual: { ru: 'до 6 В', en: 'up to 6 V' },
      judge: (v) =>
        v <= healthy.foreignVolts
          ? good
          : bad(
              { ru: 'На проводе чужое напряжение', en: 'A foreign voltage stands on the wire' },
              {
                ru: 'Шнур городской линии или АТС переставьте в линейное гнездо; иначе ищите касание проводов.',
                en: 'Move the cord of a city line or PBX to a line socket; otherwise look for wires that touch.',
              },
            ),
    },
    {
      item: 'insulation',
      name: { ru: 'Изоляция', en: 'Insulation' },
      unit: { ru: 'кОм', en: 'kΩ' },
      usual: { ru: 'от 150 кОм', en: '150 kΩ and more' },
      judge: (v) =>
        v >= healthy.kohm
          ? good
          : bad(
              { ru: 'Провод сыреет или повреждён', en: 'The wire is damp or damaged' },
              {
                ru: 'Осмотрите кабель и розетки; отключайте по одной, пока изоляция не поднимется.',
                en: 'Look at the cable and outlets; unplug one after the other until the insulation comes back.',
              },
            ),
    },
    {
      item: 'ringer-load',
      name: { ru: 'Нагрузка звонков', en: 'Ringer load' },
      unit: { ru: 'REN', en: 'REN' },
      usual: { ru: 'от 0,2 до 3', en: '0.2 to 3' },
      judge: judgeRingers,
    },
    {
      item: 'loop-resistance',
      name: { ru: 'Сопротивление шлейфа', en: 'Loop resistance' },
      unit: { ru: 'Ом', en: 'Ω' },
      usual: { ru: 'от 30 до 1000 Ом', en: '30 to 1000 Ω' },
      judge: (v) => {
        if (v < loop.short)
          return bad(
            { ru: 'Провода замкнуты', en: 'The wires are shorted' },
            {
              ru: 'Отключите телефон: если замыкание осталось, ищите его в кабеле и розетках.',
              en: 'Unplug the telephone: if the short stays, look for it in the cable and outlets.',
            },
          );
        return v <= loop.longest
          ? good
          : doubtful(
              { ru: 'Линия к телефону очень длинная', en: 'The wire to the telephone is very long' },
              { ru: 'Проверьте соединения и сечение кабеля.', en: 'See to the joints and the cable.' },
            );
      },
    },
    {
      item: 'loop-current',
      name: { ru: 'Ток шлейфа', en: 'Loop current' },
      unit: milliamps,
      usual: { ru: 'от 18 мА', en: '18 mA and more' },
      judge: (v) =>
        v >= 18
          ? good
          : doubtful(
              {
                ru: 'Ток мал: телефон может работать плохо',
                en: 'Little current: the telephone may work badly',
              },
              { ru: 'Проверьте соединения кабеля.', en: 'See to the joints of the cable.' },
            ),
    },
    {
      item: 'feed-voltage',
      name: { ru: 'Питание линии', en: 'Line feed' },
      unit: volts,
      usual: { ru: 'от 40 до 58 В', en: '40 to 58 V' },
      judge: (v) =>
        v >= battery.least && v <= battery.most
          ? good
          : bad(
              { ru: 'Питание телефонов не в норме', en: 'The feed of the telephones is not right' },
              { ru: 'Проверьте блок питания устройства.', en: "See to the box's power supply." },
            ),
    },
  ];
}

function judgeRingers(ren: number): Judgement {
  if (ren < ringers.none)
    return doubtful(
      { ru: 'Телефон не найден', en: 'No telephone is found' },
      { ru: 'Проверьте, вставлен ли шнур телефона.', en: 'See that the cord of the telephone is in.' },
    );
  return ren <= ringers.most
    ? good
    : bad(
        {
          ru: 'Слишком много звонков: телефоны могут не звонить',
          en: 'Too many ringers: they may stay silent',
        },
        {
          ru: 'Отключите параллельные аппараты или их звонки.',
          en: 'Unplug parallel telephones, or switch their bells off.',
        },
      );
}

/** The rows of a line's socket, by what the country's lines are like. */
function lineRows({ line }: CountryProfile): Row[] {
  const [leastVolts, mostVolts] = line.onHookVolts;
  const [leastMa, mostMa] = line.loopMilliamps;
  return [
    {
      item: 'line-voltage',
      name: { ru: 'Напряжение линии', en: 'Line voltage' },
      unit: volts,
      usual: { ru: `от ${leastVolts} до ${mostVolts} В`, en: `${leastVolts} to ${mostVolts} V` },
      judge: (v) => judgeLineVolts(v, leastVolts, mostVolts),
    },
    {
      item: 'loop-current',
      name: { ru: 'Ток занятой линии', en: 'Current of the seized line' },
      unit: milliamps,
      usual: { ru: `от ${leastMa} до ${mostMa} мА`, en: `${leastMa} to ${mostMa} mA` },
      judge: (v) => {
        if (v < 3)
          return bad(
            { ru: 'Станция не даёт тока', en: 'The exchange gives no current' },
            {
              ru: 'Проверьте линию обычным телефоном и звоните оператору.',
              en: 'Try the line with an ordinary telephone and call its operator.',
            },
          );
        if (v < leastMa)
          return doubtful(
            { ru: 'Ток мал: длинная линия', en: 'Little current: a long line' },
            {
              ru: 'Линия работает; если рвётся связь, покажите цифру оператору.',
              en: 'The line works; if calls break off, show its operator the figure.',
            },
          );
        return v <= mostMa
          ? good
          : doubtful(
              { ru: 'Ток велик', en: 'Much current' },
              { ru: 'Спросите оператора линии.', en: 'Ask the operator of the line.' },
            );
      },
    },
    {
      item: 'echo-return-loss',
      name: { ru: 'Ослабление эха линией', en: 'Echo return loss' },
      unit: { ru: 'дБ', en: 'dB' },
      usual: { ru: `от ${echo.good} дБ`, en: `${echo.good} dB and more` },
      judge: (v) => {
        if (v >= echo.good) return good;
        const meaning: Said = {
          ru: 'Линия плохо согласована, эхо сильное',
          en: 'The line is badly matched, its echo is strong',
        };
        const cure: Said = {
          ru: 'Попробуйте другое сопротивление в настройках гнезда и сравните после разговора.',
          en: "Try another impedance in the socket's settings, and compare after a call.",
        };
        return v >= echo.least ? doubtful(meaning, cure) : bad(meaning, cure);
      },
    },
  ];
}

function judgeLineVolts(v: number, least: number, most: number): Judgement {
  if (v < 3)
    return bad(
      { ru: 'На линии нет напряжения', en: 'There is no voltage on the line' },
      {
        ru: 'Проверьте, вставлен ли шнур и работает ли линия с обычным телефоном.',
        en: 'See that the cord is in and that the line works with an ordinary telephone.',
      },
    );
  if (v < least)
    return doubtful(
      { ru: 'Линию держит параллельный телефон', en: 'A parallel telephone holds the line' },
      {
        ru: 'Если все трубки лежат, ищите повреждение линии.',
        en: 'If all handsets are down, the line has a fault.',
      },
    );
  return v <= most
    ? good
    : doubtful(
        { ru: 'Напряжение выше обычного', en: 'More voltage than usual' },
        { ru: 'Спросите оператора линии.', en: 'Ask the operator of the line.' },
      );
}

const volts: Said = { ru: 'В', en: 'V' };
const milliamps: Said = { ru: 'мА', en: 'mA' };

/**
 * What a line test has shown, for people: every figure with its usual range, and the first that is wrong as the
 * result. `erlDb`: what the echo canceller found in the last call.
 */
export function lineTestResult(
  kind: 'fxs' | 'fxo',
  figures: PairFigures,
  profile: CountryProfile,
  erlDb?: number,
): LineTestResult {
  const rows = kind === 'fxs' ? telephoneRows() : lineRows(profile);
  const values: Partial<Record<Item, number>> = {
    ...figures,
    ...(erlDb === undefined ? {} : { 'echo-return-loss': Math.round(erlDb) }),
  };
  const judged = rows.flatMap(({ item, name, unit, usual, judge }): LineFigure[] => {
    const value = values[item];
    return value === undefined
      ? []
      : [{ item, value, name, usual, shown: shown(value, unit), ...judge(value) }];
  });
  const worst = judged.find((f) => f.verdict === 'bad') ?? judged.find((f) => f.verdict === 'doubtful');
  if (!worst?.meaning)
    return { ok: true, said: { ru: 'Всё в порядке.', en: 'Everything is in order.' }, figures: judged };
  const { meaning, cure, verdict } = worst;
  return {
    ok: verdict !== 'bad',
    said: { ru: `${meaning.ru}.`, en: `${meaning.en}.` },
    ...(cure ? { cure } : {}),
    figures: judged,
  };
}

function shown(value: number, unit: Said): Said {
  const most = value >= largest;
  const number = most ? Math.floor(largest) : Math.round(value * 10) / 10;
  const ru = `${most ? 'больше ' : ''}${String(number).replace('.', ',')} ${unit.ru}`;
  return { ru, en: `${most ? 'over ' : ''}${number} ${unit.en}` };
}

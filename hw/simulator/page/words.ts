import { Store } from './store.ts';

/** Every text of the page; Russian is written first. */
const WORDS = {
  title: ['Офис: телефоны и линии', 'The office: telephones and lines'],
  intro: [
    'Снимите трубку мышью, наберите номер, слушайте и говорите. Всё идёт через настоящую линию до шлюза.',
    'Lift a handset, dial, listen and speak. All of it passes the real line to the gateway.',
  ],
  box: ['Шлюз', 'Gateway'],
  boxUp: ['на связи', 'connected'],
  boxDown: ['не отвечает', 'not answering'],
  unplugged: ['кабель вынут', 'cable pulled'],
  lifeline: ['телефон соединён с городом мимо шлюза', 'telephone joined to the city line past the gateway'],
  stale: ['Связь с имитатором потеряна, соединяюсь снова…', 'Lost the simulator, connecting again…'],
  telephone: ['Телефон', 'Telephone'],
  'pbx-trunk': ['АТС: вход городской линии', 'PBX: city-line input'],
  'city-line': ['Городская линия', 'City line'],
  'pbx-extension': ['АТС: внутренний номер', 'PBX: extension'],
  nothing: ['Пусто', 'Empty'],
  socket: ['гнездо', 'socket'],
  lift: ['Снять трубку', 'Lift'],
  answer: ['Ответить', 'Answer'],
  hangup: ['Положить', 'Hang up'],
  flash: ['Флэш (R)', 'Flash (R)'],
  keypad: ['Клавиши', 'Keypad'],
  number: ['Номер', 'Number'],
  dial: ['Набрать', 'Dial'],
  pulse: ['Диском', 'Dial plate'],
  listen: ['Слушать', 'Listen'],
  listening: ['Слушаю', 'Listening'],
  microphone: ['Говорить в микрофон', 'Speak'],
  microphoneOn: ['Микрофон включён', 'Microphone on'],
  tone: ['Тон 1 кГц', '1 kHz tone'],
  speech: ['Готовая речь', 'Canned speech'],
  hush: ['Замолчать', 'Be silent'],
  onHook: ['трубка лежит', 'on-hook'],
  offHook: ['трубка снята', 'off-hook'],
  ringing: ['звонит', 'ringing'],
  from: ['Звонит', 'Caller'],
  billing: ['АТС считает время: был ответ', 'PBX bills: it saw the answer'],
  burst: ['Код доступа, ПИН и номер', 'Access code, PIN, number'],
  sendBurst: ['Набрать пачкой', 'Dial this burst'],
  ringFrom: ['Позвонить с номера', 'Call from number'],
  ring: ['Позвонить', 'Ring'],
  giveUp: ['Отбой звонка', 'Give up'],
  farAnswer: ['Там ответили', 'Far end answers'],
  farHangup: ['Там положили', 'Far end hangs up'],
  farKeys: ['Цифры с той стороны', 'Digits from the far end'],
  dialed: ['Набрано', 'Dialed'],
  keyed: ['Донабор', 'Keyed in the call'],
  wire: ['провод', 'wire'],
  reversed: ['полярность перевёрнута', 'polarity reversed'],
  faults: ['Неисправности', 'Faults'],
  link: ['Кабель к шлюзу', 'Cable to the gateway'],
  corrupt: ['Портить кадры', 'Spoil frames'],
  drop: ['Терять кадры', 'Lose frames'],
  delay: ['Задержка', 'Delay'],
  mute: ['Молчит', 'Mute'],
  unplug: ['Вынуть кабель', 'Pull the cable'],
  plug: ['Вставить кабель', 'Plug it back'],
  reset: ['Сбросить плату', 'Reset the card'],
  stuckHook: ['рычаг залип', 'hook is stuck'],
  dead: ['провод перерезан', 'wire is cut'],
  parallel: ['снята параллельная трубка', 'parallel set lifted'],
  foreign: ['чужое напряжение в гнезде', 'foreign voltage on the socket'],
  glare: ['встречный вызов при занятии', 'call meets our seizing'],
  events: ['Что было', 'What happened'],
  noEvents: ['Пока ничего. Снимите трубку.', 'Nothing yet. Lift a handset.'],
  noMicrophone: ['Микрофон недоступен', 'No microphone'],
  state_idle: ['свободна', 'idle'],
  state_ringing: ['вызов из города', 'ringing in'],
  'state_dial-tone': ['гудок', 'dial tone'],
  state_dialing: ['набор', 'dialing'],
  state_ringback: ['идут гудки', 'ringback'],
  state_talking: ['разговор', 'talking'],
  state_released: ['отбой', 'released'],
  state_glare: ['встречный вызов', 'glare'],
  state_dead: ['мертва', 'dead'],
} as const satisfies Record<string, readonly [string, string]>;

export type Word = keyof typeof WORDS;
export type Language = 'ru' | 'en';

const kept = localStorage.getItem('language');
export const language = new Store<Language>(
  kept === 'ru' || kept === 'en' ? kept : navigator.language.startsWith('ru') ? 'ru' : 'en',
);

export function setLanguage(to: Language): void {
  language.value = to;
  localStorage.setItem('language', to);
  document.documentElement.lang = to;
}
document.documentElement.lang = language.value;

/** The word in the page's language. */
export const w = (word: Word): string => WORDS[word][language.value === 'ru' ? 0 : 1];

/** State of a line in words. */
export const stateWord = (state: string): string => {
  const key = `state_${state}`;
  return key in WORDS ? w(key as Word) : state;
};

/** Events in words; those not here are not worth a line in the log. */
const EVENTS: Record<string, readonly [string, string]> = {
  lifted: ['снял трубку', 'lifted'],
  'hung-up': ['положил трубку', 'hung up'],
  ringing: ['зазвонил', 'began to ring'],
  'ringing-stopped': ['перестал звонить', 'stopped ringing'],
  'caller-id': ['показал номер', 'showed the caller'],
  polarity: ['увидел смену полярности', 'saw the polarity turn'],
  'current-lost': ['потерял ток', 'lost current'],
  'billing-started': ['начала считать время', 'began to bill'],
  'billing-stopped': ['кончила считать время', 'stopped billing'],
  'released-by-line': ['отпущена линией', 'was released by the line'],
  seized: ['занята', 'was seized'],
  'dial-tone': ['дала гудок', 'gave dial tone'],
  dialed: ['набран номер', 'number dialed'],
  ringback: ['пошли гудки', 'ringback'],
  answered: ['ответили', 'answered'],
  'picked-up': ['шлюз ответил', 'gateway answered'],
  released: ['освобождена', 'was released'],
  'ring-in': ['вызов снаружи', 'call from outside'],
  abandoned: ['вызывавший отказался', 'caller gave up'],
  'far-hung-up': ['там положили трубку', 'far end hung up'],
  flash: ['флэш', 'hook flash'],
  cut: ['провод перерезан', 'wire cut'],
  restored: ['провод цел', 'wire mended'],
  session: ['шлюз на связи', 'gateway connected'],
  'session-lost': ['шлюз пропал', 'gateway lost'],
  'card-boot': ['плата перезапущена', 'card was reset'],
  lifeline: ['реле аварийной линии', 'lifeline relay'],
  'orphans-released': ['брошенные линии отпущены', 'orphaned lines let go'],
};

/** An event in words; undefined if it is not for people. */
export const eventWord = (type: string): string | undefined =>
  EVENTS[type]?.[language.value === 'ru' ? 0 : 1];

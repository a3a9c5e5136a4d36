import type { Dice } from './random.ts';

/** Words that sentences are put together from; `#` in a sentence stands for a number, `@` for a name, `~` for a thing. */
interface Vocabulary {
  readonly names: readonly string[];
  readonly things: readonly string[];
  readonly sentences: readonly string[];
}

export type Language = 'ru' | 'en';

const split = (text: string): string[] => text.trim().split(/\s*[|\n]\s*/);

const RUSSIAN: Vocabulary = {
  names: split(`Иванов | Наталья Щербакова | Пётр Юрьевич | Жанна | Эльвира Хасанова | Фёдор Цыганков | Мария
    Лев Чижов | Саша Гусева | господин Дюжев | Ольга Ёлкина | Шамиль`),
  things: split(`счёт-фактура | накладная | договор поставки | чайник | электропроводка | щебёнка | мешок муки
    кирпич | грузовик из Хабаровска | шестерёнка | водопроводный кран | справка | подшипник | жёлтая папка
    цемент | вагон | ключ от подъезда | прайс-лист | ящик яблок | холодильник`),
  sentences: split(`Здравствуйте, вы позвонили в нашу компанию, меня зовут @.
    Пожалуйста, оставайтесь на линии, вам ответит первый освободившийся сотрудник.
    Подскажите, пожалуйста, а ~ уже приехал или ещё нет?
    Мой номер # # #, перезвоните после # часов.
    Алло! Алло, вы меня слышите? Говорите громче, очень плохо слышно!
    Нет, это не я заказывал, это @, у него и спрашивайте.
    В прошлый четверг мы отправили вам # штук, а пришло почему-то #.
    Э-э-э, ну, в общем, я не знаю, надо у начальника спросить.
    Уууу, как далеко! И сколько это будет стоить? # рублей?!
    Ой, ха-ха-ха-ха, ну ты скажешь тоже!
    Передайте, что звонил @, насчёт того, где ~.
    Ми-и-инуточку, сейчас я вас соединю с бухгалтерией.
    Да. Да. Да-да. Ага. Угу. Нет. Хорошо, до свидания.
    Улица Энтузиастов, дом #, корпус #, квартира #, домофон не работает.
    Чья это ~? Ничья? Тогда я её выброшу, освободите проход!
    Температура завтра около # градусов, ветер южный, местами дожди.
    Ваш звонок очень важен для нас, вы в очереди под номером #.
    Если вы знаете внутренний номер сотрудника, наберите его в тональном режиме.
    Тише, тише, не кричите, я всё понял: ~, и привезти к девяти.
    Аааа, понятно, это совсем другое дело, тогда пусть @ решает.`),
};

const ENGLISH: Vocabulary = {
  names: split(`Mr Whittaker | Jane Oakley | Zoe | Professor Huang | Aoife | Michael Brewster | Olivia
    Doctor Patel | old Jim | the new girl, Eve | Ursula Meyer | Hugh`),
  things: split(`invoice | purchase order | kettle | delivery van | gearbox | yellow folder | water pump
    door key | crate of apples | fuse box | signed contract | price list | refrigerator | bag of cement | spare wheel
    photocopier | ladder | window frame | hose | receipt`),
  sentences: split(`Thank you for calling, this is @ speaking, how may I help you?
    Please listen carefully as our menu options have changed.
    Your call is important to us, you are number # in the queue.
    Well, who do you think you are? I never ordered the ~ at all!
    My number is # # #, call me back any time after #.
    Hello? Hello? Can you hear me? You are breaking up, speak up, please.
    Ooooh no, really? How far is it? And you want # pounds for that?
    Last Tuesday we sent you # boxes, and you say only # arrived.
    Er, um, you know, I am not quite sure, let me ask @ about the ~.
    Yes. Yes. Yeah. Uh huh. No. All right then, bye bye.
    Ha ha ha ha, you cannot be serious, my dear!
    Could you tell @ that the ~ is still waiting by the door?
    If you know your party's extension, you may dial it at any time.
    One moooment, please, I will put you through to accounts.
    We are at # Eel Pie Road, the blue house, ring twice, the bell is weak.
    The weather tomorrow: # degrees, wind from the south, showers near the coast.
    No, no, no, the other ~, the one from @, with the loose screw!
    Sure, we will review your issue and choose a usual way to solve it.
    Aaaah, I see, that is a different matter, then ask for @.
    Keep quiet for a minute, will you? I have got the ~ on the other line.`),
};

/** `count` sentences of a telephone conversation, put together anew by the dice. */
export function conversation(language: Language, dice: Dice, count: number): string {
  const { names, things, sentences } = language === 'ru' ? RUSSIAN : ENGLISH;
  return Array.from({ length: count }, () =>
    dice
      .pick(sentences)
      .replace(/#/g, () => String(Math.floor(10 ** dice.between(0.3, 4))))
      .replace(/@/g, () => dice.pick(names))
      .replace(/~/g, () => dice.pick(things)),
  ).join(' ');
}

/** Words about the way of a call to whoever answers it. */
export const ruReach = {
  'event.at': 'Передан службе',
  'event.served': 'Ответила служба',
  'event.keyed': 'Нажато',
  'event.group': 'Группа',
  'event.overflow': 'В группе никто не ответил, дальше',
  'event.forwarded': 'Переадресация',
  'event.known-caller': 'Сначала тому, кто говорил с этим звонящим',
  'event.caller-list': 'Звонящий в списке',
  'callers.refuse': 'не принимать',
};

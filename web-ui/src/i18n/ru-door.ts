/** Words of the door: the first visit, signing in, and the password. */
export const ruDoor = {
  'claim.title': 'Первый вход',
  'claim.lead':
    'Придумайте пароль для этой страницы. Код с наклейки подтверждает, что устройство перед вами.',
  'claim.pressed': 'Кнопка на устройстве нажата, поэтому код не нужен.',
  'claim.code': 'Код с наклейки',
  'claim.codeHelp': 'Наклейка снизу устройства. Дефисы и большие буквы не важны.',
  'claim.password': 'Новый пароль',
  'claim.passwordHelp': 'Не короче 8 знаков и не код с наклейки.',
  'claim.again': 'Пароль ещё раз',
  'claim.differ': 'Пароли не совпадают.',
  'claim.submit': 'Начать работу',
  'login.password': 'Пароль',
  'login.submit': 'Войти',
  'login.ended': 'Вас долго не было или ваш доступ изменили, и страница закрылась. Войдите снова.',
  'login.lost': 'Забыли пароль? Его сбрасывает кнопка на устройстве: держите 10 секунд.',
  'password.title': 'Пароль страницы',
  'password.current': 'Нынешний пароль',
  'password.next': 'Новый пароль',
  'password.submit': 'Сменить пароль',
  'password.done': 'Пароль сменён. На других компьютерах понадобится войти заново.',
} as const;

// Everything the page says, in both languages.

const WORDS = {
  zh: {
    skip: "跳到手机", tagline: "一条消息，跟到签收", travel: "一路走过", trouble: "给它添点乱",
    trouble_note: "每一下都会查：没有丢，没有重", verdicts: "查验结果", language: "EN", language_label: "EN · Switch to English",
    theme: "深浅", theme_label: "切换深色或浅色", connected: "已连上", lost: "模拟器没有应答，正在重连…", clock: "模拟时间",
    type: "发消息", send: "发送", to_menu: "显示菜单", to_keyboard: "显示键盘", more: "更多", close: "关闭", again: "重新载入",
    image: "图片", voice: "语音", sticker: "表情", scan: "扫码", unfollow: "取消关注", mute: "拒收通知", unmute: "接收通知",
    follow: "关注", following: "服务号", follow_note: "关注后，才能给对方发消息，也才收得到通知",
    typing: "对方正在输入…", detail: "详情", scan_ask: "二维码的 scene 或 ticket", voice_ask: "说了什么（语音识别结果）",
    voice_said: "语音", picture: "图片", empty: "发一条消息试试", no_menu: "公众号还没有设置菜单", hints: "试着说",
    stations: ["收到", "落库", "回复", "待发", "送达"], no_travel: "发一条消息，看它一路走到哪里",
    stored_before: "应答之前已提交", none: "还没有", phone_of: "的手机", unread: "条未读", card_field: "字段", outside: "外部网页，在新窗口打开",
    notice: "通知", event: { subscribe: "关注", unsubscribe: "取消关注", CLICK: "点菜单", VIEW: "开网页", SCAN: "扫码" },
    groups: { push: "平台投递", api: "平台接口", bot: "机器人", carrier: "快递" }, no_waybill: "还没有运单",
    state: { running: "进行中", armed: "已布好，等下一条通知撞上", good: "通过", held: "留着待发", bad: "没通过", dropped: "已取消" },
    no_verdicts: "点左边任意一个按钮，这里给出结论。",
    trial: {
      duplicate: ["重复投递 ×3", "同一条消息依次投递三次"], parallel: ["同时投递 ×3", "同一条消息三次同时到"],
      reorder: ["乱序", "后发的消息先到"], drop_reply: ["回复丢失", "回复在路上丢了，平台再投一次"],
      slow: ["微信超时", "模板消息接口 12 秒才应答"], reset: ["断线", "处理完才断线，机器人不知道成没成"],
      "-1": ["-1 系统繁忙", "接口返回 -1"], 45009: ["45009 额度用完", "接口返回 45009"],
      token: ["40001 令牌失效", "access_token 突然作废"], 43004: ["43004 未关注", "接口说对方没有关注"],
      47003: ["47003 字段不合", "接口拒绝模板字段"], kill: ["杀进程再启动", "处理到一半 SIGKILL，再启动"],
      day: ["快进一天", "平台和机器人的时钟一起走一天"], collected: ["揽收", ""], moving: ["运输", ""],
      delivering: ["派送", ""], signed: ["签收", ""], problem: ["问题件", ""],
    },
    posts: (n) => `${n} 次投递`, same: (n) => (n === 1 ? "1 种回复，内容一致" : `${n} 种回复`), silent: "只应答、不重说",
    each: (m, r) => `${m} 条消息 → 各答一次（${r} 条回复）`, tries: (n) => `试了 ${n} 次`, once: "没有白费重发",
    through: (a, n) => `送达 ${a}/${n}`,
    rerouted: (n) => `改走客服消息 ${n}`, tomorrow: "模板通知停到明天，「快进一天」即恢复", doubled: (n) => `重复 ${n}`, missing: (n) => `丢 ${n}`, left: (n) => `待发 ${n}`,
    cards: (n) => `新卡片 ${n}`, unsettled: (n) => `未了结 ${n}`, accepted: "推送被接收", after: "重启后",
    error: { "no waybill": "还没有运单，先发货", "one trial at a time": "上一个试验还没完", "push refused": "机器人没有收下这次推送" },
  },
  en: {
    skip: "Skip to the phones", tagline: "From one message to a signed-for parcel", travel: "What travelled", trouble: "Make trouble",
    trouble_note: "each ends in a check: nothing lost, nothing doubled", verdicts: "Checks", language: "中文", language_label: "中文 · 切换到中文",
    theme: "Theme", theme_label: "Switch between dark and light", connected: "connected", lost: "No answer from the simulator, trying again…",
    clock: "Simulated time", type: "Message", send: "Send", to_menu: "Show the menu", to_keyboard: "Show the keyboard", more: "More",
    close: "Close", again: "Reload", image: "Picture", voice: "Voice", sticker: "Sticker", scan: "Scan", unfollow: "Unfollow",
    mute: "Refuse notices", unmute: "Allow notices", follow: "Follow", following: "Service account",
    follow_note: "Only followers can write and get notices", typing: "Typing…", detail: "Details", scan_ask: "Scene or ticket of the QR code",
    voice_ask: "What was said (speech recognition)", voice_said: "Voice", picture: "Picture", empty: "Say something",
    no_menu: "This account has no menu yet", hints: "Try", stations: ["Received", "Stored", "Answered", "Queued", "Delivered"],
    no_travel: "Send a message and see how far it travels", stored_before: "committed before the answer", none: "none yet",
    phone_of: "'s phone", unread: "unread", card_field: "field", outside: "opens in a new window", notice: "notices",
    event: { subscribe: "follows", unsubscribe: "unfollows", CLICK: "menu", VIEW: "page", SCAN: "scan" },
    groups: { push: "Delivery", api: "API", bot: "Bot", carrier: "Carrier" }, no_waybill: "no waybill yet",
    state: { running: "running", armed: "armed, waits for the next notice", good: "passed", held: "kept for later", bad: "failed", dropped: "dropped" },
    no_verdicts: "Press any button; the verdict appears here.",
    trial: {
      duplicate: ["Sent ×3", "One message three times in a row"], parallel: ["At once ×3", "One message three times in parallel"],
      reorder: ["Reordered", "The later message arrives first"], drop_reply: ["Reply lost", "The reply is lost, the platform retries"],
      slow: ["Timeout", "The template API answers after 12 s"], reset: ["Cut off", "Processed, then the connection drops"],
      "-1": ["-1 busy", "The API answers -1"], 45009: ["45009 quota", "The API answers 45009"], token: ["40001 token", "The access token dies"],
      43004: ["43004 left", "The API says: not a follower"], 47003: ["47003 field", "The API refuses a field"],
      kill: ["Kill & restart", "SIGKILL at work, then start again"], day: ["One day later", "Both clocks move a day ahead"],
      collected: ["Collected", ""], moving: ["In transit", ""], delivering: ["Delivering", ""], signed: ["Signed", ""], problem: ["Problem", ""],
    },
    posts: (n) => `${n} deliveries`, same: (n) => (n === 1 ? "1 reply, identical" : `${n} different replies`), silent: "acknowledged, not repeated",
    each: (m, r) => `${m} messages → answered once each (${r} replies)`, tries: (n) => `${n} tries`, once: "no futile retry",
    through: (a, n) => `through ${a}/${n}`,
    rerouted: (n) => `sent as chat message instead: ${n}`, tomorrow: "no notices until tomorrow: press “One day later”", doubled: (n) => `doubled ${n}`, missing: (n) => `lost ${n}`, left: (n) => `waiting ${n}`,
    cards: (n) => `new cards ${n}`, unsettled: (n) => `unsettled ${n}`, accepted: "push accepted", after: "after the restart",
    error: { "no waybill": "no waybill yet: ship first", "one trial at a time": "one at a time", "push refused": "the bot refused the push" },
  },
};

export const language = localStorage.getItem("language") === "en" ? "en" : "zh";
export const t = WORDS[language];

export function switchLanguage() {
  localStorage.setItem("language", language === "en" ? "zh" : "en");
  location.reload();
}

export function translatePage() {
  document.documentElement.lang = language === "en" ? "en" : "zh-CN";
  for (const node of document.querySelectorAll("[data-t]")) node.textContent = t[node.dataset.t];
}

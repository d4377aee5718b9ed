/* Helps on the page of a contributor: shows what is chosen, warns of what is too large, and how far
   the sending is. Without it the page does the same, in silence. */
const MB = 1024 * 1024;

/** What is chosen for a document: pictures small, everything with its size. */
function preview(input) {
    const list = input.closest(".field").querySelector(".previews");
    for (const image of list.querySelectorAll("img")) {
        URL.revokeObjectURL(image.src);
    }
    list.replaceChildren(...[...input.files].map((file) => {
        const line = document.createElement("li");
        const size = document.createElement("small");
        size.textContent = file.size < MB
            ? `${Math.max(1, Math.round(file.size / 1024))} kB`
            : `${(file.size / MB).toFixed(1)} MB`;
        if (/^image\/(png|jpeg)$/.test(file.type)) {
            const image = document.createElement("img");
            image.alt = "";
            image.src = URL.createObjectURL(file);
            line.append(image);
        }
        line.append(file.name, " ", size);
        return line;
    }));
    list.hidden = !input.files.length;
}

/** Warns of files that are too large or too many at once, not after they have been sent. */
function checkFiles(form, input) {
    const { limit, most } = form.dataset;
    const files = [...input.files];
    const large = files.some((file) => file.size > limit * MB);
    const many = files.length > most;
    const field = input.closest(".field");
    field.querySelector(".too-large").hidden = !large;
    field.querySelector(".too-many").hidden = !many;
    if (large || many) {
        input.value = "";
        input.focus();
    }
}

/** How many files are chosen, on the bar that sends them; it is of no use before. */
function count(form) {
    const inputs = [...form.querySelectorAll("input[type=file]")];
    const number = inputs.reduce((sum, input) => sum + input.files.length, 0);
    const chosen = form.querySelector(".chosen");
    form.querySelector(".bar").hidden = chosen.hidden = !number;
    chosen.querySelector(".count").textContent = number;
    chosen.querySelector(".one").hidden = number !== 1;
    chosen.querySelector(".several").hidden = number === 1;
}

/** Whether everything that is chosen can be sent at once. */
function fits(form) {
    const size = [...form.querySelectorAll("input[type=file]")]
        .flatMap((input) => [...input.files])
        .reduce((sum, file) => sum + file.size, 0);
    const much = form.dataset.total > 0 && size > form.dataset.total * MB;
    form.querySelector(".too-much").hidden = !much;
    return !much;
}

/** Shows whether it is being sent; the button does nothing meanwhile. */
function setSending(form, sending) {
    form.querySelector(".send").disabled = sending;
    for (const part of form.querySelectorAll(".sending")) {
        part.hidden = !sending;
    }
}

/** The page that came back takes the place of this one. */
function show(request) {
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    document.querySelector("main").replaceWith(page.querySelector("main"));
    history.replaceState(null, "", request.responseURL);
    start();
    scrollTo(0, 0);
}

/** Sends the form and shows how far it is. What was interrupted can be sent again. */
function send(form) {
    const request = new XMLHttpRequest();
    const fail = () => {
        setSending(form, false);
        form.querySelector(".broken").hidden = false;
    };
    request.upload.addEventListener("progress", (ev) => {
        const percent = Math.round(100 * ev.loaded / ev.total);
        form.querySelector("progress.sending").value = percent;
        form.querySelector(".percent").textContent = `${percent} %`;
    });
    request.addEventListener("load", () => {
        if (/<main/.test(request.responseText)) {
            show(request);
        } else {
            fail();
        }
    });
    request.addEventListener("error", fail);
    request.open("POST", form.action);
    form.querySelector(".broken").hidden = true;
    setSending(form, true);
    request.send(new FormData(form));
}

/** Leaving with files that were chosen and not sent would lose them in silence. */
function watchLeaving(form) {
    addEventListener("beforeunload", (ev) => {
        const waits = form.isConnected && [...form.querySelectorAll("input[type=file]")]
            .some((input) => input.files.length);
        if (waits) {
            ev.preventDefault();
        }
    });
}

function start() {
    const form = document.querySelector("form.papers");
    if (form) {
        form.addEventListener("change", (ev) => {
            if (ev.target.type === "file") {
                checkFiles(form, ev.target);
                preview(ev.target);
                count(form);
            }
        });
        form.addEventListener("submit", (ev) => {
            ev.preventDefault();
            if (fits(form)) {
                send(form);
            }
        });
        watchLeaving(form);
        count(form);
    }
    document.getElementById("error")?.focus();
}

start();

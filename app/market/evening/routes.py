from flask import Blueprint

bp = Blueprint("evening", __name__)
